"""SMS Center over SOAP: the adapter, its client half, its WSDL."""
