"""A server that behaves like an IMAP4rev1 server; with TLS where it is given a context."""

import asyncio
import base64
import re
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from werkzeug import Request, Response

from tests.monitor.sources.connectors.twins.answers import as_json

USER = {"user": "press@example.org", "password": 'pa"ss\\word'}


@dataclass
class ImapTwin:
    """`folders`: messages by number. `instead`: raw answers to a command, in place of the usual."""

    validity: int = 7
    folders: dict[str, dict[int, bytes]] = field(default_factory=lambda: {"INBOX": {}})
    commands: list[str] = field(default_factory=list)
    instead: dict[str, bytes] = field(default_factory=dict)
    greeting: bytes = b"* OK ready\r\n"
    capabilities: str = "IMAP4rev1 AUTH=PLAIN"
    password: str = USER["password"]
    token: str | None = None
    pace: float = 0.0

    def deliver(self, raw: bytes, folder: str = "INBOX") -> int:
        """A message comes in; answers its number."""
        messages = self.folders[folder]
        number = max(messages, default=0) + 1
        messages[number] = raw
        return number

    def listen(self, context: ssl.SSLContext | None = None) -> Any:
        """The server, to be awaited and used as a context."""
        return asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._send(writer, self.greeting)
            folder = ""
            while line := await reader.readline():
                tag, _, rest = line.decode().rstrip("\r\n").partition(" ")
                self.commands.append(re.sub(r"((?:LOGIN|AUTHENTICATE) \S+).*", r"\1", rest))
                name = " ".join(rest.split()[:2]) if rest.startswith("UID") else rest.split()[0]
                if name in self.instead:
                    answer = self.instead[name].replace(b"TAG", tag.encode())
                    await self._send(writer, answer)
                    continue
                if name == "EXAMINE":
                    folder = _unquoted(rest.partition(" ")[2])
                if name == "AUTHENTICATE":
                    writer.write(b"+ \r\n")
                    rest += " " + (await reader.readline()).decode().strip()
                    if "XOAUTH2" in rest and not self._knows(rest):
                        error = b'{"status":"401","schemes":"bearer","scope":"https://mail/"}'
                        writer.write(b"+ " + base64.b64encode(error) + b"\r\n")
                        assert not (await reader.readline()).strip()
                await self._send(writer, self._answer(name, rest, folder, tag))
                if name == "LOGOUT":
                    break
        writer.close()

    async def _send(self, writer: asyncio.StreamWriter, answer: bytes) -> None:
        pieces = [answer] if not self.pace else [bytes([one]) for one in answer]
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(self.pace)

    def _knows(self, rest: str) -> bool:
        said = base64.b64decode(rest.split()[-1]).decode()
        return said == f"user={USER['user']}\x01auth=Bearer {self.token}\x01\x01"

    def _answer(self, name: str, rest: str, folder: str, tag: str) -> bytes:
        messages = self.folders.get(folder, {})
        done = f"{tag} OK done\r\n".encode()
        match name:
            case "CAPABILITY":
                return f"* CAPABILITY {self.capabilities}\r\n".encode() + done
            case "LOGIN":
                said = rest.partition(" ")[2]
                right = f'{USER["user"]} "{self.password.replace(chr(92), chr(92) * 2)}"'
                right = right.replace('pa"', 'pa\\"')
                known = said.replace('"press@example.org"', "press@example.org") == right
                return done if known else f"{tag} NO wrong: {said}\r\n".encode()
            case "AUTHENTICATE" if "XOAUTH2" in rest:
                refused = f"{tag} NO AUTHENTICATE failed.\r\n".encode()
                return done if self._knows(rest) else refused
            case "AUTHENTICATE":
                said = base64.b64decode(rest.split()[-1]).decode()
                return done if said.endswith(f"\0{self.password}") else f"{tag} NO\r\n".encode()
            case "EXAMINE" if folder not in self.folders:
                return f"{tag} NO there is no such folder\r\n".encode()
            case "EXAMINE":
                following = max(messages, default=0) + 1
                return (
                    f"* {len(messages)} EXISTS\r\n* OK [UIDVALIDITY {self.validity}] x\r\n"
                    f"* OK [UIDNEXT {following}] x\r\n{tag} OK [READ-ONLY] done\r\n"
                ).encode()
            case "UID SEARCH":
                first = int(rest.split()[-1].partition(":")[0])
                found = [uid for uid in messages if uid >= first] or list(messages)[-1:]
                return b"* SEARCH %s\r\n" % " ".join(map(str, found)).encode() + done
            case "UID FETCH":
                uid = int(rest.split()[2])
                limit = int(rest.partition("<0.")[2].partition(">")[0])
                raw = messages.get(uid)
                if raw is None:
                    return done
                at = datetime.now(UTC).strftime("%d-%b-%Y %H:%M:%S +0000")
                head = f'* 1 FETCH (UID {uid} INTERNALDATE "{at}" BODY[]<0> '
                return f"{head}{{{len(raw[:limit])}}}\r\n".encode() + raw[:limit] + b")\r\n" + done
            case _:
                return done


@dataclass
class TokenTwin:
    """The token endpoint of a mail service, which gives another refresh token with each token."""

    asked: list[dict[str, str]] = field(default_factory=list)
    refresh: str = "refresh-0"

    def __call__(self, request: Request) -> Response:
        """Answer one request."""
        said = dict(request.form)
        self.asked.append(said)
        if (said["client_id"], said.get("client_secret")) != ("an-application", "its-secret"):
            wrong = {
                "error": "invalid_client",
                "error_description": "AADSTS7000215: Invalid secret",
            }
            return as_json(wrong, 401)
        if said["grant_type"] == "refresh_token" and said["refresh_token"] != self.refresh:
            return as_json({"error": "invalid_grant", "error_description": "The grant ended"}, 400)
        token = f"token-{len(self.asked)}"
        answer: dict[str, Any] = {"token_type": "Bearer", "expires_in": 3599, "access_token": token}
        if said["grant_type"] == "refresh_token":
            self.refresh = f"refresh-{len(self.asked)}"
            answer |= {"refresh_token": self.refresh}
        return as_json(answer)


def _unquoted(name: str) -> str:
    return name.strip('"')
