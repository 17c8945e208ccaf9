"""Number ranges, no provider's own: prefix → country, operator, network code, and for some Russian codes the region.

What it covers (docs/providers/smscenter.md, section 12): mobile prefixes of Georgia, Russia, Kazakhstan, Ukraine and
Belarus by the operator that they were given to; that numbers may be ported is not looked at. Names are as SMS Center
was seen to write them, else the operators' own; network codes as in ITU's list. Anything else has a country at most.
"""

from typing import NamedTuple


class Operator(NamedTuple):
    """Name, mobile country code, mobile network code."""

    name: str
    mcc: str
    mnc: str


OPERATORS: tuple[tuple[str, Operator, str], ...] = (
    ("995", Operator("MagtiCom", "282", "02"), "511 515 517 550 551 591 595 596 598 599"),
    ("995", Operator("Silknet", "282", "01"), "508 514 553 554 555 557 558 570 572 577 580 588 590 593"),
    ("995", Operator("Cellfie", "282", "04"), "56 571 574 579 592 597"),
    ("995", Operator("GlobalCell", "282", "07"), "507"),
    ("7", Operator("МТС", "250", "01"), "91 98"),
    ("7", Operator("МегаФон", "250", "02"), "92 93"),
    ("7", Operator("МегаФон", "250", "11"), "999"),
    ("7", Operator("Tele2", "250", "20"), "900 901 902 904 908 950 951 952 953 977"),
    ("7", Operator("Билайн", "250", "99"), "903 905 906 909 96"),
    ("77", Operator("K'cell", "401", "02"), "01 02 75 78"),
    ("77", Operator("Beeline", "401", "01"), "05 06 71 76 77"),
    ("77", Operator("Altel", "401", "07"), "00 08"),
    ("77", Operator("Tele2", "401", "77"), "07 47"),
    ("380", Operator("Kyivstar", "255", "03"), "39 67 68 77 96 97 98"),
    ("380", Operator("Vodafone", "255", "01"), "50 66 75 95 99"),
    ("380", Operator("lifecell", "255", "06"), "63 73 93"),
    ("380", Operator("TriMob", "255", "07"), "91"),
    ("380", Operator("PEOPLEnet", "255", "21"), "92"),
    ("380", Operator("Intertelecom", "255", "04"), "94"),
    ("375", Operator("A1", "257", "01"), "291 293 296 299 44"),
    ("375", Operator("МТС", "257", "02"), "292 295 297 298 33"),
    ("375", Operator("life:)", "257", "04"), "25"),
)  # fmt: skip
"""Country code, operator, the digits that follow."""

IN_ENGLISH = {
    "Грузия": "Georgia", "Россия": "Russian Federation", "Казахстан": "Kazakhstan", "Украина": "Ukraine",
    "Беларусь": "Belarus",
}  # fmt: skip
"""Countries as SMPP's receipts of HLR requests name them; the second is on the provider's page."""

COUNTRIES = {"995": "Грузия", "7": "Россия", "77": "Казахстан", "380": "Украина", "375": "Беларусь"}

TIME_ZONES = {"Россия": 0, "Беларусь": 0, "Грузия": 1, "Казахстан": 2, "Украина": -1}
"""By country: hours ahead of Moscow in winter; regions are not looked at."""

_MOSCOW = "г. Москва и Московская область"
_PETERSBURG = "г. Санкт-Петербург и Ленинградская область"

REGIONS: tuple[tuple[str, str, str], ...] = (
    ("7", _MOSCOW, "903 905 906 909 910 915 916 925 926 929 977 985 999"),
    ("7", _PETERSBURG, "911 921 931 981"),
    ("7", "Свердловская область", "912 922 982 932"),
    ("7", "Новосибирская область", "913 923 983"),
    ("7", "Приморский край", "914 924 984"),
    ("7", "Краснодарский край", "918 928 988 989"),
    ("7", "Нижегородская область", "920 930 987"),
    ("7", "Республика Татарстан", "917 927 937"),
)
"""Country code, region, the three digits that follow."""
