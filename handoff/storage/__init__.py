"""The vendor's bucket: deliver, fetch, provision; boto3 is imported only when a store is made."""
