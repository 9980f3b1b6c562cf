"""Pure decisions about identity: values, the partition, survivorship, permissions."""
