#!/usr/bin/env bash
# The main job, end to end, on this machine alone: a law firm hands a batch over to a vendor, and
# the vendor opens it with stock tools. Everything it makes lies in .demo/; run it as often as you
# like. `make demo` sets up first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
umask 077

root=$PWD
demo=$root/.demo
vendor=$demo/vendor
export PATH="$root/.venv/bin:$PATH"
export HANDOFF_HOME=$demo/home
export HANDOFF_ASSETS=${HANDOFF_ASSETS:-$root/.assets}
mkdir -p "$vendor"

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }
note() { printf '  %s\n' "$*"; }
run() { printf '  $ %s\n' "$*"; "$@"; }
if [ ! -t 1 ]; then step() { printf '\n%s\n' "$*"; }; fi

step "1. An S3 server for this demo: SeaweedFS, on the loopback address, data in .demo/s3"
handoff demo-server start --dir "$demo/s3" --user acme --user beta >"$demo/s3.env"
# shellcheck disable=SC1091 # written by the line above
. "$demo/s3.env"

step "2. The firm: a home for its keys, policies and custody log, in .demo/home"
run handoff init
sed -i -E "s|^  endpoint: .*|  endpoint: \"$AWS_ENDPOINT_URL_S3\"|" "$HANDOFF_HOME/config.yaml"

step "3. The vendor, Acme, makes a key of its own and tells the firm the public half"
if [ ! -s "$vendor/identity.txt" ]; then
    python examples/vendor.py key "$vendor/identity.txt"
fi
recipient=$(sed -n 's/^# public key: //p' "$vendor/identity.txt")
note "the vendor's recipient: $recipient"
policy=$HANDOFF_HOME/policies/vendors/acme.yaml
if grep -q '^recipients: \[\]' "$policy"; then
    sed -i "s|^recipients: \[\]|recipients:\n  - $recipient|" "$policy"
    note "entered into $policy"
    # On the telephone, in earnest: the vendor reads out what this prints on its own machine.
    run handoff vendor keys verify acme "$recipient" --how person \
        --fingerprint "$(printf %s "$recipient" | sha256sum | cut -d ' ' -f 1)"
fi

step "4. Two vendors, each with a bucket of its own that nobody else can read"
grant() { # the vendor's login, and the addresses it comes from, into its policy
    grep -q '^access:' "$1" && return
    printf 'access:\n  principals: [arn:aws:iam::000000000000:user/%s]\n' "$2" >>"$1"
    printf '  addresses: [127.0.0.0/8]\n' >>"$1"
}
grant "$policy" acme
beta=$HANDOFF_HOME/policies/vendors/beta.yaml
if [ ! -e "$beta" ]; then
    sed -e 's/^name: acme/name: beta/' -e 's/^legal_name: .*/legal_name: Beta Coding BV/' \
        -e 's/handoff-acme/handoff-beta/' -e 's/^control_prefix: .*/control_prefix: BETA/' \
        -e 's/user\/acme/user\/beta/' "$policy" >"$beta"
    chmod 600 "$beta"
fi
run handoff vendor provision acme --allow-widening
run handoff vendor provision beta --allow-widening
run handoff vendor audit acme

step "5. The main job: redact, recheck, seal, deliver and log examples/batch"
status=0
run handoff send examples/batch --vendor acme || status=$?
case $status in
    0) note "Everything had been delivered before or is now: exit status 0." ;;
    3) note "Exit status 3, as it should be: some documents could not be handed over and stayed"
       note "here, each for the reason in the table. A password, handwriting, an empty file and a"
       note "broken one: nobody can say what is in them, so nothing is guessed." ;;
    *) exit "$status" ;;
esac

step "6. Now you are the vendor: other credentials, its own key, and no handoff"
for program in curl age ssh-keygen; do
    if ! command -v "$program" >/dev/null; then
        note "There is no $program here, so this part is left out. On Debian:"
        note "apt install curl age openssh-client, then run it again."
        exit 0
    fi
done
python examples/vendor.py login "$demo/s3/credentials" acme >"$vendor/curl.conf"
bucket=$AWS_ENDPOINT_URL_S3/handoff-acme
fetch() { curl --config "$vendor/curl.conf" "$1" -o "$2"; }
note "what lies in the bucket (curl --aws-sigv4, the vendor's login in .demo/vendor/curl.conf):"
fetch "$bucket?list-type=2" "$vendor/listing.xml"
keys=$(grep -o '<Key>[^<]*</Key>' "$vendor/listing.xml" | sed 's|</*Key>||g')
sed 's/^/    /' <<<"$keys" | head -n 20
batch=$(grep -m 1 '/manifest\.json\.age$' <<<"$keys")
batch=${batch%/manifest.json.age}

note ""
note "the same request with the login of Beta, the firm's other vendor:"
python "$root/examples/vendor.py" login "$demo/s3/credentials" beta >"$demo/beta.conf"
refused=$(curl --config "$demo/beta.conf" -o /dev/null -w '%{http_code}' \
    "$bucket/$batch/manifest.json.age" 2>/dev/null || true)
note "  http $refused"
if [ "$refused" != 403 ]; then
    note "Beta can read Acme's documents: that must not be"
    exit 1
fi
note "  refused: Beta cannot read what Acme was sent"

note ""
note "the manifest, decrypted by age and verified by ssh-keygen:"
cd "$vendor"
fetch "$bucket/$batch/manifest.json.age" manifest.json.age
fetch "$bucket/$batch/manifest.json.sig" manifest.json.sig
age -d -i identity.txt manifest.json.age >manifest.json
signer=$(handoff keys show --json | sed -n 's/.*"signing": "\([^"]*\)".*/\1/p')
printf 'firm namespaces="handoff-manifest" %s\n' "$signer" >allowed_signers
run ssh-keygen -Y verify -f allowed_signers -I firm -n handoff-manifest \
    -s manifest.json.sig <manifest.json

note ""
note "one document, fetched, decrypted, compared with the manifest and shown:"
read -r name key sha256 < <(python "$root/examples/vendor.py" pick manifest.json .txt)
fetch "$bucket/$key" "$name.age"
age -d -i identity.txt "$name.age" >"$name"
printf '%s  %s\n' "$sha256" "$name" | sha256sum --check --quiet
head -n 12 "$name" | sed 's/^/    /'
cd "$root"

{
    cat "$demo/s3.env"
    printf "export %s='%s'\n" HANDOFF_HOME "$HANDOFF_HOME" HANDOFF_ASSETS "$HANDOFF_ASSETS"
    printf "export PATH='%s':\"\$PATH\"\n" "$root/.venv/bin"
} >"$demo/env"
step "What to type next"
cat <<EOF
  . .demo/env                              point this shell at the demo
  handoff custody list                     what the log says happened, event by event
  handoff custody show $batch
  handoff custody verify                   recompute all of it
  cd .demo/vendor && ls                    what the vendor has; age -d -i identity.txt FILE.age
  handoff doctor                           check everything a delivery depends on
  handoff send examples/batch --vendor acme     again: nothing is sent twice
  handoff demo-server stop --dir .demo/s3  stop the S3 server, which is still running
EOF
