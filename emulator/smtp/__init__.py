"""A provider's mail gate: SMTP on a port of its own, by aiosmtpd on our loop. What a mail says is the provider's trade
(providers/base.py, MailFace); it is judged and journalled like a request over HTTP."""
