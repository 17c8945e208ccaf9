"""XML from strangers: what is read, and what is refused at once."""

import pytest

from emulator.providers.xml import BadXml, Element, read


def test_a_document_becomes_a_tree_of_names_namespaces_texts_and_children() -> None:
    names = b'xmlns="urn:x" xmlns:q="urn:q" q:n="1" m="2"'
    root = read(b'<?xml version="1.0"?><a ' + names + b"><b>1 &amp; <![CDATA[<2>]]></b></a>")
    assert root == Element("a", "urn:x", {"{urn:q}n": "1", "m": "2"}, "", [Element("b", "urn:x", {}, "1 & <2>")])


def test_children_are_found_by_name_whatever_their_namespace() -> None:
    root = read(b'<a xmlns:q="urn:q"><q:b>x</q:b><c/></a>')
    assert (root.text_of("b"), root.text_of("c"), root.text_of("d")) == ("x", "", None)


def test_the_declared_encoding_is_believed_and_the_caller_beats_it() -> None:
    assert read('<?xml version="1.0" encoding="windows-1251"?><a>Привет</a>'.encode("cp1251")).text == "Привет"
    assert read("<a>Привет</a>".encode("cp1251"), encoding="windows-1251").text == "Привет"


_LAUGHS = b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;&x;&x;">]><a>&y;</a>'


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"", "no element"),
        (b"hello", "syntax error"),
        (b"<a>", "no element"),
        (b"<a></b>", "mismatched tag"),
        (b"<a/><b/>", "junk after"),
        (b"<a>\xff</a>", "not well-formed"),
        (b"<a>&x;</a>", "undefined entity"),
        (_LAUGHS, "document type"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "document type"),
        (b"<a>" * 200_000, "deep"),
        (b"<a>" + b"<b/>" * 20_000 + b"</a>", "too many elements"),
        (b'<a xmlns="' + b"x" * 100_000 + b'"/>', "namespaces"),
        (b"<a " + b" ".join(b'xmlns:a%d="u%d"' % (n, n) for n in range(1000)) + b"/>", "namespaces"),
        (b'<a x="' + b"x" * 100_000 + b'"/>', "attributes"),
        (b'<?xml version="1.0" encoding="nonsense"?><a/>', "unknown encoding"),
        (b'<?xml version="1.0" encoding="utf-7"?><a/>', "multi-byte"),
    ],
)  # fmt: skip
def test_what_no_honest_client_writes_is_refused_with_a_reason(octets: bytes, why: str) -> None:
    with pytest.raises(BadXml, match=why):
        read(octets)


@pytest.mark.parametrize(("most", "more"), [
    (b"<a>" * 32 + b"</a>" * 32, b"<a>" * 33 + b"</a>" * 33),
    (b"<a>" + b"<b/>" * 9_999 + b"</a>", b"<a>" + b"<b/>" * 10_000 + b"</a>"),
    (b'<a xmlns="%s"/>' % (b"x" * 1024), b'<a xmlns="%s"/>' % (b"x" * 1025)),
    (b"<a " + b" ".join(b'xmlns:a%d="u"' % n for n in range(256)) + b"/>",
     b"<a " + b" ".join(b'xmlns:a%d="u"' % n for n in range(257)) + b"/>"),
    (b"<a>%s</a>" % (b"=" * 100_000), b"<a>%s</a>" % (b"=" * 100_001)),
    (b'<a x="%s"/>' % (b"x" * 16_383), b'<a x="%s"/>' % (b"x" * 16_384)),
])  # fmt: skip
def test_as_much_as_may_be_is_read_and_one_more_is_not(most: bytes, more: bytes) -> None:
    read(most)
    with pytest.raises(BadXml):
        read(more)


def test_the_limits_can_be_set_closer() -> None:
    with pytest.raises(BadXml, match="1 deep"):
        read(b"<a><b/></a>", depth=1)
    with pytest.raises(BadXml, match="too many"):
        read(b"<a><b/></a>", nodes=1)
