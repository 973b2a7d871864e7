// The post-quantum oracle of tests/real/test_age_interop.py: typage behind stdin and stdout.
// Bytes travel as base64 in one JSON object each way; keys never stand in argv.
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { Decrypter, Encrypter, armor, generateHybridIdentity, identityToRecipient } from "age-encryption";

const request = JSON.parse(readFileSync(0, "utf-8"));

async function keygen() {
  const identity = await generateHybridIdentity();
  return { identity, recipient: await identityToRecipient(identity) };
}

async function encrypt() {
  const encrypter = new Encrypter();
  if (request.passphrase) {
    encrypter.setPassphrase(request.passphrase);
    encrypter.setScryptWorkFactor(10);
  }
  for (const recipient of request.recipients ?? []) encrypter.addRecipient(recipient);
  const file = await encrypter.encrypt(Buffer.from(request.data, "base64"));
  const out = request.armored ? Buffer.from(armor.encode(file)) : Buffer.from(file);
  return { data: out.toString("base64") };
}

async function decrypt() {
  const decrypter = new Decrypter();
  if (request.passphrase) decrypter.addPassphrase(request.passphrase);
  for (const identity of request.identities ?? []) decrypter.addIdentity(identity);
  let file = Buffer.from(request.data, "base64");
  if (request.armored) file = armor.decode(file.toString("utf-8"));
  return { data: Buffer.from(await decrypter.decrypt(file)).toString("base64") };
}

const answer = await { keygen, encrypt, decrypt }[request.do]();
process.stdout.write(JSON.stringify(answer));
