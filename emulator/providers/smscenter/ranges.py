"""Number ranges of Georgia and Russia: prefix → operator, region, network code.

What it covers: Georgian mobile prefixes 995 5xx that belong whole to MagtiCom, Silknet or Cellfie; Russian mobile codes
7 9xx by their main holder (number portability is not looked at), with a region where most of a code is one region's.
Names are as SMS Center writes them, in Russian; network codes as in ITU's list. Anything else has a country at most.
"""

from typing import NamedTuple


class Operator(NamedTuple):
    """Name, mobile country code, mobile network code."""

    name: str
    mcc: str
    mnc: str


_MAGTI = Operator("MagtiCom", "282", "02")
_SILKNET = Operator("Silknet", "282", "01")
_CELLFIE = Operator("Cellfie", "282", "04")
_MTS = Operator("МТС", "250", "01")
_MEGAFON = Operator("МегаФон", "250", "02")
_TELE2 = Operator("Tele2", "250", "20")
_BEELINE = Operator("Билайн", "250", "99")

OPERATORS: tuple[tuple[str, Operator, str], ...] = (
    ("995", _MAGTI, "515 517 551 591 595 596 598 599"),
    ("995", _SILKNET, "502 508 510 514 520 530 540 553 554 555 557 558 570 572 577 580 588 590 593"),
    ("995", _CELLFIE, "501 504 568 569 571 574 579 592 597"),
    ("7", _MTS, "910 911 912 913 914 915 916 917 918 919 980 981 982 983 984 985 986 987 988 989"),
    ("7", _MEGAFON, "920 921 922 923 924 925 926 927 928 929 930 931 932 937 938 997 999"),
    ("7", _TELE2, "900 901 902 904 908 950 951 952 953 958 977 991 992 993 994 995 996"),
    ("7", _BEELINE, "903 905 906 909 960 961 962 963 964 965 966 967 968 969"),
)
"""Country code, operator, the three digits that follow."""

COUNTRIES = {"995": "Грузия", "7": "Россия"}

_MOSCOW = "г. Москва и Московская область"
_PETERSBURG = "г. Санкт-Петербург и Ленинградская область"

REGIONS: tuple[tuple[str, str, str], ...] = (
    ("995", "Грузия", ""),
    ("7", _MOSCOW, "903 905 906 909 910 915 916 925 926 929 977 985 999"),
    ("7", _PETERSBURG, "911 921 931 981"),
    ("7", "Свердловская область", "912 922 982 932"),
    ("7", "Новосибирская область", "913 923 983"),
    ("7", "Приморский край", "914 924 984"),
    ("7", "Краснодарский край", "918 928 988 989"),
    ("7", "Нижегородская область", "920 930 987"),
    ("7", "Республика Татарстан", "917 927 937"),
)
"""Country code, region, the three digits that follow ("" for all)."""
