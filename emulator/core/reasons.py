"""The one neutral list of reasons for a refusal. Each provider's error tables say which code it has for each."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a command was refused; the value is the word that scenarios and the control API use."""

    # the request as a whole
    BODY_UNREADABLE = "body-unreadable"
    PARAMETER_INVALID = "parameter-invalid"
    REQUEST_TOO_LONG = "request-too-long"
    TEMPORARY = "temporary"
    INTERNAL = "internal"
    # who is asking
    KEY_MISSING = "key-missing"
    KEY_UNKNOWN = "key-unknown"
    PASSWORD_WRONG = "password-wrong"
    API_OFF = "api-off"
    ADDRESS_NOT_ALLOWED = "address-not-allowed"
    ADDRESS_BLOCKED = "address-blocked"
    # to whom
    DESTINATION_MISSING = "destination-missing"
    DESTINATION_EMPTY = "destination-empty"
    DESTINATION_INVALID = "destination-invalid"
    NO_VALID_DESTINATION = "no-valid-destination"
    STOP_LISTED = "stop-listed"
    STOP_LISTED_OR_INVALID = "stop-listed-or-invalid"
    UNROUTABLE = "unroutable"
    # from whom
    SENDER_MISSING = "sender-missing"
    SENDER_MALFORMED = "sender-malformed"
    SENDER_UNKNOWN = "sender-unknown"
    SENDER_INACTIVE = "sender-inactive"
    # what
    TEXT_MISSING = "text-missing"
    TEXT_EMPTY = "text-empty"
    TEXT_TOO_LONG = "text-too-long"
    FORBIDDEN = "forbidden"
    SCHEDULE_INVALID = "schedule-invalid"
    # how much, how often
    NO_CREDIT = "no-credit"
    DUPLICATE = "duplicate"
    FLOOD = "flood"
    TOO_MANY_REQUESTS = "too-many-requests"
    TOO_MANY_AT_ONCE = "too-many-at-once"
    QUEUE_FULL = "queue-full"
    PARTS_MISSING = "parts-missing"
    # asking after something
    MESSAGE_UNKNOWN = "message-unknown"
    NOT_DELETED = "not-deleted"
    ALREADY_FINAL = "already-final"
    # registering a sender's name
    NAME_EMPTY = "name-empty"
    NAME_LENGTH = "name-length"
    NAME_CHARACTERS = "name-characters"
    NAME_TAKEN = "name-taken"
    NAME_PENDING = "name-pending"


OF_A_NUMBER = (Reason.STOP_LISTED, Reason.DESTINATION_INVALID, Reason.UNROUTABLE)
"""Reasons that a rule gives for one number of a list and not for the call."""
NO_NUMBER_LEFT = (*OF_A_NUMBER, Reason.STOP_LISTED_OR_INVALID, Reason.NO_VALID_DESTINATION)
"""Reasons why no number of a list was left."""
