"""A certificate as a table, JSON, JUnit XML, and a badge."""

import json
from xml.sax.saxutils import escape, quoteattr

from emulator.certify.examination import Certificate
from emulator.core.units import counted

_COLOURS = {"A": "#2e7d32", "B": "#7cb342", "C": "#f9a825", "D": "#ef6c00", "F": "#c62828"}
_MEANS = {
    "A": "nothing found",
    "B": "it could do better",
    "C": "something is wrong",
    "D": "much is wrong",
    "F": "it costs money or messages",
}


def table(certificate: Certificate) -> str:
    lines = []
    wide = max(len(case.name) for case in certificate.played)
    for case in certificate.played:
        found = [one for one in certificate.findings if one.case == case.name]
        lines.append(f"{'ok  ' if not found else '    '}{case.name:{wide}}  {case.about}")
        for one in found:
            row = f" ({one.row})" if one.row else ""
            lines += [f"  {one.level:5} {one.what}{row}", f"        {one.advice}"]
    lines.append(
        f"\n{certificate.provider}: grade {certificate.grade}, {_MEANS[certificate.grade]}: "
        f"{counted(len(certificate.played), 'case')}, {counted(len(certificate.findings), 'finding')}"
    )
    return "\n".join(lines)


def as_json(certificate: Certificate) -> str:
    told = {
        "provider": certificate.provider, "grade": certificate.grade,
        "cases": [{"name": one.name, "about": one.about} for one in certificate.played],
        "findings": [one._asdict() for one in certificate.findings],
    }  # fmt: skip
    return json.dumps(told, indent=2, ensure_ascii=False)


def junit(certificate: Certificate) -> str:
    """One test a case; a case with findings has failed."""
    lines = []
    failed = {one.case for one in certificate.findings}
    for case in certificate.played:
        found = [one for one in certificate.findings if one.case == case.name]
        inner = "".join(
            f"<failure type={quoteattr(one.level)} message={quoteattr(one.what)}>{escape(one.advice)}</failure>"
            for one in found
        )
        lines.append(
            f'<testcase classname="certify.{certificate.provider}" name={quoteattr(case.name)}>{inner}</testcase>'
        )
    head = f'name="certify {certificate.provider}" tests="{len(certificate.played)}" failures="{len(failed)}"'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuite {head}>\n' + "\n".join(lines) + "\n</testsuite>\n"


def badge(certificate: Certificate) -> str:
    colour = _COLOURS[certificate.grade]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="150" height="20" role="img" '
        f'aria-label="{certificate.provider} client: {certificate.grade}">'
        '<rect width="126" height="20" fill="#444"/>'
        f'<rect x="126" width="24" height="20" fill="{colour}"/>'
        '<g fill="#fff" font-family="Verdana,sans-serif" font-size="11">'
        f'<text x="6" y="14">{certificate.provider} client</text>'
        f'<text x="134" y="14">{certificate.grade}</text></g></svg>\n'
    )
