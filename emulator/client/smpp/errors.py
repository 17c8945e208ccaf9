"""The command_statuses of SMPP as exceptions (SMPP 3.4, 5.1.3), a class each. Texts: emulator/smpp/command_status.py.

A message of several parts may fail in the middle: `accepted` are the ids of the parts that were taken before it.
"""

from emulator.client.errors import NotReached, Refused, ReplyLost, SmsError


class SmppError(SmsError):
    """Anything that the SMSC, or the way to it, may answer."""

    provider = "smpp"
    accepted: tuple[str, ...] = ()


class SmppReplyLost(SmppError, ReplyLost):
    """The connection went, or time ran out, before the response: a message may have been accepted. Its receipt, if it
    asked for one, will tell."""


class SmppNotReached(SmppError, NotReached):
    """Not bound in time: nothing was sent."""


class SmppRefused(SmppError, Refused):
    """A command_status without a class of its own (0x400 to 0x4FF are the vendors')."""


class MessageTooLong(SmppRefused, code=0x01, text="message length is invalid"):
    """The message is longer than may be, or its length makes no sense."""


class CommandLength(SmppRefused, code=0x02, text="command length is invalid"):
    """The SMSC found the PDU too short or too long."""


class CommandUnknown(SmppRefused, code=0x03, text="command is unknown or not served"):
    """The SMSC does not serve this operation."""


class WrongBind(SmppRefused, code=0x04, text="command is not allowed in this bind state"):
    """Not allowed as we are bound: a receiver submits nothing."""


class AlreadyBound(SmppRefused, code=0x05, text="already bound, or no more binds allowed", retryable=True):
    """Bound already, or the account has used up its connections."""


class BadPriority(SmppRefused, code=0x06, text="priority_flag is invalid"):
    """priority_flag."""


class BadRegisteredDelivery(SmppRefused, code=0x07, text="registered_delivery is invalid"):
    """registered_delivery."""


class SystemError(SmppRefused, code=0x08, text="system error", retryable=True):
    """The SMSC failed; whether it took the message is not said."""


class BadSource(SmppRefused, code=0x0A, text="source address is invalid"):
    """The sender is malformed, or not allowed to the account."""


class BadDestination(SmppRefused, code=0x0B, text="destination address is invalid"):
    """The number is malformed."""


class MessageIdUnknown(SmppRefused, code=0x0C, text="message_id is invalid", absent=True):
    """There is no such message to query, cancel or replace."""


class BindFailed(SmppRefused, code=0x0D, text="bind failed"):
    """The bind failed: an address that is not allowed, an account without SMPP."""


class WrongPassword(SmppRefused, code=0x0E, text="password is invalid"):
    """The password is wrong."""


class WrongSystemId(SmppRefused, code=0x0F, text="system_id is invalid"):
    """There is no such account."""


class CancelFailed(SmppRefused, code=0x11, text="cancel_sm failed"):
    """It cannot be cancelled any more, or is not ours."""


class ReplaceFailed(SmppRefused, code=0x13, text="replace_sm failed"):
    """It cannot be replaced any more, or is not ours."""


class QueueFull(SmppRefused, code=0x14, text="message queue is full", safe=True):
    """Too many of our messages wait; the client sends again."""


class BadServiceType(SmppRefused, code=0x15, text="service_type is invalid"):
    """service_type."""


class BadNumberOfDestinations(SmppRefused, code=0x33, text="number of destinations is invalid"):
    """submit_multi only."""


class BadListName(SmppRefused, code=0x34, text="distribution list name is invalid"):
    """submit_multi only."""


class BadDestinationFlag(SmppRefused, code=0x40, text="dest_flag is invalid"):
    """submit_multi only."""


class BadReplace(SmppRefused, code=0x42, text="submit with replace is invalid"):
    """Submit with replace_if_present_flag."""


class BadEsmClass(SmppRefused, code=0x43, text="esm_class is invalid"):
    """esm_class."""


class CannotSubmitToList(SmppRefused, code=0x44, text="cannot submit to the distribution list"):
    """submit_multi only."""


class SubmitFailed(SmppRefused, code=0x45, text="submit failed"):
    """Refused for a reason without a status: a duplicate, no money, stop list."""


class BadSourceTon(SmppRefused, code=0x48, text="source type of number is invalid"):
    """Type of number of the sender."""


class BadSourceNpi(SmppRefused, code=0x49, text="source numbering plan is invalid"):
    """Numbering plan of the sender."""


class BadDestinationTon(SmppRefused, code=0x50, text="destination type of number is invalid"):
    """Type of number of the destination."""


class BadDestinationNpi(SmppRefused, code=0x51, text="destination numbering plan is invalid"):
    """Numbering plan of the destination."""


class BadSystemType(SmppRefused, code=0x53, text="system_type is invalid"):
    """system_type of the bind."""


class BadReplaceFlag(SmppRefused, code=0x54, text="replace_if_present_flag is invalid"):
    """replace_if_present_flag."""


class BadNumberOfMessages(SmppRefused, code=0x55, text="number of messages is invalid"):
    """Number of messages."""


class Throttled(SmppRefused, code=0x58, text="too fast: allowed message rate exceeded", safe=True):
    """More messages a second than allowed; the client sends again, slower."""


class BadSchedule(SmppRefused, code=0x61, text="schedule_delivery_time is invalid"):
    """schedule_delivery_time."""


class BadValidity(SmppRefused, code=0x62, text="validity_period is invalid"):
    """validity_period."""


class BadDefaultMessage(SmppRefused, code=0x63, text="sm_default_msg_id is invalid"):
    """sm_default_msg_id."""


class ReceiverTemporary(SmppRefused, code=0x64, text="receiver: temporary error, send again", retryable=True):
    """Said by receivers: temporary."""


class ReceiverPermanent(SmppRefused, code=0x65, text="receiver: permanent error"):
    """Said by receivers: permanent."""


class ReceiverRejected(SmppRefused, code=0x66, text="receiver: message rejected"):
    """Said by receivers: rejected."""


class QueryFailed(SmppRefused, code=0x67, text="query_sm failed"):
    """The SMSC could not look."""


class BadTlvStream(SmppRefused, code=0xC0, text="optional part of the PDU is unreadable"):
    """The optional part is unreadable."""


class TlvNotAllowed(SmppRefused, code=0xC1, text="TLV is not allowed here"):
    """A TLV that may not stand there."""


class BadTlvLength(SmppRefused, code=0xC2, text="TLV length is invalid"):
    """A TLV of the wrong length."""


class TlvMissing(SmppRefused, code=0xC3, text="a needed TLV is missing"):
    """A TLV that should be there is not."""


class BadTlvValue(SmppRefused, code=0xC4, text="TLV value is invalid"):
    """A TLV's value is out of range."""


class DeliveryFailed(SmppRefused, code=0xFE, text="delivery failed"):
    """data_sm: delivery failed."""


class UnknownError(SmppRefused, code=0xFF, text="unknown error"):
    """The SMSC does not know."""
