"""Customers' files on their way into our store, and ours on their way out."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from adapters.simulator.faults import Faults
from adapters.simulator.graph import Graph
from adapters.whatsapp.meta_media import MB, MetaMedia, hex_digest
from commands.whatsapp_port import Kind, MediaUnavailable, OutgoingMessage, Sent, Stored, Unsendable
from tests.adapters.provider import ANA, CHANNEL, NUMBER, TOKEN, Desk, desk, pieces, provider, some_bytes

T = TypeVar("T")
PHOTO = some_bytes(1, 300_000)
DIGEST = hashlib.sha256(PHOTO).hexdigest()


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Graph, str]]:
    with provider() as both:
        yield both


@pytest.fixture
def graph(served: tuple[Graph, str]) -> Graph:
    graph, _ = served
    graph.start_anew()
    graph.customer_wrote(ANA)
    return graph


@pytest.fixture
def talk(served: tuple[Graph, str], graph: Graph, tmp_path: Path) -> Callable[..., Any]:
    def run(what: Callable[[Desk, MetaMedia], Awaitable[T]], client: Any = None, **knobs: Any) -> T:
        async def inside() -> T:
            _, url = served
            async with desk(url, tmp_path, client) as ours:
                http = ours.whatsapp._client
                chosen = {"origins": frozenset({url}), "pause": 0.0} | knobs
                media = MetaMedia(http, f"{url}/v23.0", ours.objects, jitter=lambda: 0.0, **chosen)
                return await what(ours, media)

        return asyncio.run(inside())

    return run


def fetching(media_id: str, sha256: str | None = None) -> Callable[[Desk, MetaMedia], Awaitable[Any]]:
    return lambda _, media: media.fetch(NUMBER.phone_number_id, TOKEN, media_id, sha256)


def kept(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def read(chunks: AsyncIterator[bytes]) -> bytes:
    return b"".join([chunk async for chunk in chunks])


# In


@pytest.mark.parametrize("told", [None, DIGEST, DIGEST.upper(), "as the webhook says"])
def test_a_photo_is_fetched_whole_into_our_store(graph: Graph, talk: Any, told: str | None) -> None:
    photo = graph.keep_file(PHOTO, "image/jpeg")
    told = photo.sha256 if told == "as the webhook says" else told

    async def fetched(ours: Desk, _: MetaMedia) -> tuple[Any, bytes]:
        file = await ours.whatsapp.fetch_media(CHANNEL, photo.media_id, sha256=told)
        return file, await read(ours.objects.get(file.stored.key))

    file, data = talk(fetched)
    assert data == PHOTO
    assert (file.mime, file.stored) == ("image/jpeg", Stored(DIGEST, DIGEST, len(PHOTO)))


def test_an_address_that_ran_out_is_asked_for_again(graph: Graph, talk: Any) -> None:
    unlucky_once = next(
        faults
        for faults in (Faults(seed=seed, media_expired=0.5) for seed in count())
        if faults.happens("media_expired", "1") and not faults.happens("media_expired", "2")
    )
    graph.faults = unlucky_once
    photo = graph.keep_file(PHOTO, "image/jpeg")

    async def fetched(ours: Desk, media: MetaMedia) -> list[str]:
        await fetching(photo.media_id)(ours, media)
        return [request.rpartition("/")[0] for request in ours.asked]

    described, downloaded = "GET /v23.0", f"GET /files/{photo.media_id}"
    assert talk(fetched) == [described, downloaded, described, downloaded]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("media_damaged", "damaged"), ("media_fails", "http_500"), ("media_expired", "http_404")],
)
def test_a_file_that_does_not_come_whole_leaves_nothing(
    graph: Graph, talk: Any, tmp_path: Path, fault: str, reason: str
) -> None:
    graph.faults = Faults().changed({fault: 1.0})
    photo = graph.keep_file(PHOTO, "image/jpeg")
    with pytest.raises(MediaUnavailable) as unavailable:
        talk(fetching(photo.media_id))
    assert (unavailable.value.reason, unavailable.value.again) == (reason, True)
    assert kept(tmp_path) == []


def test_a_file_other_than_the_webhook_announced_is_refused(graph: Graph, talk: Any, tmp_path: Path) -> None:
    photo = graph.keep_file(PHOTO, "image/jpeg")
    with pytest.raises(MediaUnavailable) as unavailable:
        talk(fetching(photo.media_id, sha256="0" * 64))
    assert (unavailable.value.reason, unavailable.value.again) == ("other_file", False)
    assert kept(tmp_path) == []


def test_a_file_above_the_limit_is_not_even_downloaded(graph: Graph, talk: Any) -> None:
    photo = graph.keep_file(PHOTO, "image/jpeg")

    async def fetched(ours: Desk, media: MetaMedia) -> list[str]:
        with pytest.raises(MediaUnavailable, match="too_large"):
            await fetching(photo.media_id)(ours, media)
        return ours.asked

    assert talk(fetched, limit=len(PHOTO) - 1) == [f"GET /v23.0/{photo.media_id}"]


@pytest.mark.parametrize("media_id", ["../106540352242922/messages", "a/b", "", "a?b", "a#b", "é"])
def test_a_media_id_cannot_lead_elsewhere(talk: Any, media_id: str) -> None:
    async def fetched(ours: Desk, media: MetaMedia) -> list[str]:
        with pytest.raises(MediaUnavailable, match="bad_media_id"):
            await fetching(media_id)(ours, media)
        return ours.asked

    assert talk(fetched) == []


def telling(url: str, size: Any = 3) -> httpx.AsyncClient:
    """A provider that describes every file by this address; elsewhere there is always `abc`."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/v23.0/"):
            return httpx.Response(200, json={"url": url, "mime_type": "image/jpeg", "file_size": size})
        if request.url.path == "/moved":
            return httpx.Response(302, headers={"Location": "http://169.254.169.254/"})
        return httpx.Response(200, content=b"abc")

    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://files.example/1",
        "https://files.example:8443/1",
        "https://files.example.evil.example/1",
        "https://evil.example@files.example/1",
        "https://files.example@evil.example/1",
        "file:///etc/passwd",
        "//files.example/1",
        "https://[::1",
        "",
    ],
)
def test_the_token_goes_only_where_files_are_known_to_be(talk: Any, url: str) -> None:
    async def fetched(ours: Desk, media: MetaMedia) -> list[str]:
        with pytest.raises(MediaUnavailable) as unavailable:
            await fetching("1")(ours, media)
        assert not unavailable.value.again
        return ours.asked

    origins = frozenset({"https://files.example"})
    assert talk(fetched, client=telling(url), origins=origins) == ["GET /v23.0/1"]


def test_a_file_that_moved_is_not_followed(talk: Any) -> None:
    origins = frozenset({"https://files.example"})
    with pytest.raises(MediaUnavailable, match="http_302"):
        talk(fetching("1"), client=telling("https://files.example/moved"), origins=origins)


@pytest.mark.parametrize(("size", "reason"), [(4, "damaged"), (2, "damaged")])
def test_a_size_that_was_announced_is_checked(talk: Any, size: int, reason: str) -> None:
    origins = frozenset({"https://files.example"})
    with pytest.raises(MediaUnavailable, match=reason):
        talk(fetching("1"), client=telling("https://files.example/1", size), origins=origins)


def test_more_bytes_than_allowed_are_not_kept_even_if_nobody_announced_them(
    talk: Any, tmp_path: Path
) -> None:
    client = telling("https://files.example/1", size=None)
    with pytest.raises(MediaUnavailable, match="too_large"):
        talk(fetching("1"), client=client, origins=frozenset({"https://files.example"}), limit=2)
    assert kept(tmp_path) == []


@pytest.mark.parametrize(
    ("digest", "read_as"),
    [
        (DIGEST, DIGEST),
        (base64.b64encode(bytes.fromhex(DIGEST)).decode(), DIGEST),
        ("not a digest", None),
        (base64.b64encode(b"short").decode(), None),
        (None, None),
    ],
)
def test_both_spellings_of_a_digest_are_read(digest: str | None, read_as: str | None) -> None:
    assert hex_digest(digest) == read_as


# Out


def test_a_stored_file_is_lent_byte_for_byte_and_sent_by_its_id(graph: Graph, talk: Any) -> None:
    data = b"\r\n--atende-\r\n\r\n" + some_bytes(2, 100_000) + b"\r\n--"

    async def lent(ours: Desk, _: MetaMedia) -> str:
        stored = await ours.objects.put(pieces(data, 8192))
        media_id = await ours.whatsapp.upload_media(CHANNEL, stored, "application/pdf")
        content = {"media_id": media_id, "filename": "2via.pdf"}
        message = OutgoingMessage(message_id="m1", attempt=1, kind=Kind.DOCUMENT, content=content, to=ANA)
        assert isinstance(await ours.whatsapp.send(CHANNEL, message), Sent)
        return media_id

    file = graph.ledger.files[talk(lent)]
    assert (file.data, file.mime) == (data, "application/pdf")


@pytest.mark.parametrize(
    ("mime", "size"),
    [
        ("image/jpeg", 5 * MB),
        ("image/webp", 500 * 1024),
        ("audio/ogg; codecs=opus", 16 * MB),
        ("text/plain", 100 * MB),
    ],
)
def test_a_file_above_its_kinds_limit_is_not_lent(talk: Any, mime: str, size: int) -> None:
    async def lent(ours: Desk, media: MetaMedia) -> list[str]:
        with pytest.raises(Unsendable, match="file"):
            await ours.whatsapp.upload_media(CHANNEL, Stored(DIGEST, DIGEST, size + 1), mime)
        return ours.asked

    assert talk(lent) == []


@pytest.mark.parametrize("mime", ["", "image", "image/jpeg\r\nX: y", "image/jpeg\n"])
def test_a_type_cannot_carry_a_header(talk: Any, mime: str) -> None:
    with pytest.raises(Unsendable, match="mime"):
        talk(lambda ours, _: ours.whatsapp.upload_media(CHANNEL, Stored(DIGEST, DIGEST, 1), mime))


def test_a_file_we_no_longer_have_is_not_lent(talk: Any) -> None:
    with pytest.raises(MediaUnavailable) as unavailable:
        talk(lambda ours, _: ours.whatsapp.upload_media(CHANNEL, Stored(DIGEST, DIGEST, 1), "image/png"))
    assert (unavailable.value.reason, unavailable.value.again) == ("missing", False)


def test_a_signed_out_number_lends_nothing(graph: Graph, talk: Any) -> None:
    graph.faults = Faults(signed_out=True)

    async def lent(ours: Desk, media: MetaMedia) -> Any:
        stored = await ours.objects.put(pieces(b"abc"))
        return await media.upload(NUMBER.phone_number_id, TOKEN, stored, "image/png")

    with pytest.raises(MediaUnavailable) as unavailable:
        talk(lent)
    assert (unavailable.value.code, unavailable.value.again) == (190, False)
