"""`sms-emulator certify`: a program is made to send while the provider errs, loses and refuses, and is judged by what
the provider's side saw of it."""
