"""A bettor who shares no code with Clutch: Python's `websockets` against a running server.

Usage: bettor.py ADDRESS < tokens.json
Standard input holds {"good": …, "expired": …, "forged": …, "viewer": …}, the tokens to sign in with.
Each step prints one JSON object; the last one is {"step": "done"}. Whatever goes wrong ends the
program with a traceback and another exit code than 0.
"""

import asyncio
import json
import os
import sys
import time

import websockets


def client_id():
    """A UUID of version 7."""
    value = int(time.time() * 1000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    text = f"{value:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def tell(step, **what):
    print(json.dumps({"step": step, **what}), flush=True)


class Session:
    """One connection: what was read and not yet asked for waits in `unread`."""

    def __init__(self, socket):
        self.socket = socket
        self.unread = []

    async def send(self, message):
        await self.socket.send(message if isinstance(message, (str, bytes)) else json.dumps(message))

    async def wait_for(self, fits):
        for index, message in enumerate(self.unread):
            if fits(message):
                return self.unread.pop(index)
        while True:
            message = json.loads(await self.socket.recv())
            if fits(message):
                return message
            self.unread.append(message)

    async def wait_type(self, kind):
        return await self.wait_for(lambda message: message["type"] == kind)

    async def ask(self, message):
        """Sends a message that gets a notice, and returns the notice."""
        await self.send(message)
        return await self.wait_type("notice")

    async def place(self, order):
        await self.send({"type": "place", **order})
        return await self.wait_for(lambda message: message.get("cid") == order["cid"])


async def connect(address):
    return Session(await websockets.connect(f"ws://{address}/ws", open_timeout=60))


async def sign_in(address, token):
    session = await connect(address)
    await session.send({"type": "auth", "token": token})
    welcome = await session.wait_type("welcome")
    mine = await session.wait_for(lambda message: message.get("topic") == "mine")
    return session, welcome, mine


async def image(session, resume=None):
    subscribe = {"type": "subscribe", "id": 1, "topic": "all"}
    if resume:
        subscribe["resume"] = resume
    await session.send(subscribe)
    return await session.wait_for(lambda message: message.get("id") == 1)


def order_on(market, stake, selection=0):
    return {
        "cid": client_id(),
        "market": market["market"],
        "selection": selection,
        "odds": market["selections"][selection]["odds"],
        "price_seq": market["price_seq"],
        "epoch": market["epoch"],
        "stake": stake,
        "policy": "better",
    }


async def how_it_ends(session):
    """The code and the reason with which the server closes."""
    try:
        while True:
            await session.socket.recv()
    except websockets.ConnectionClosed as closed:
        frame = closed.rcvd
        return {"code": frame.code, "reason": frame.reason} if frame else {"code": None}


async def tokens_that_do_not_fit(address, tokens):
    for name in ("expired", "forged"):
        session = await connect(address)
        notice = await session.ask({"type": "auth", "token": tokens[name]})
        tell(f"token {name}", notice=notice)
        await session.socket.close()
    session = await connect(address)
    notice = await session.ask({"type": "balance"})
    tell("no token", notice=notice)
    await session.socket.close()
    viewer, _, _ = await sign_in(address, tokens["viewer"])
    offer = await image(viewer)
    order = order_on(offer["matches"][0]["markets"][0], "1.00")
    tell("viewer", answer=await viewer.place(order))
    await viewer.socket.close()


async def faults(session, market):
    """Each fault has its own answer, and the session goes on."""
    tell("malformed", notice=await session.ask('{"type":"place",'))
    tell("no object", notice=await session.ask("[1,2,3]"))
    tell("binary", notice=await session.ask(b"\x00\x01"))
    tell("unknown type", notice=await session.ask({"type": "fly"}))
    for name, change in {
        "missing stake": {"stake": None},
        "stake of letters": {"stake": "lots"},
        "stake below zero": {"stake": "-5.00"},
        "stake without end": {"stake": "9" * 40},
        "stake too exact": {"stake": "1.005"},
        "odds of one": {"odds": "1.00"},
        "cid of another kind": {"cid": "not-a-uuid"},
    }.items():
        order = {**order_on(market, "1.00"), **change, "type": "place"}
        order = {key: value for key, value in order.items() if value is not None}
        tell(name, notice=await session.ask(order), cid=order["cid"])
    for name, change in {
        "unknown market": {"market": 4_000_000},
        "unknown selection": {"selection": 99},
        "absurd stake": {"stake": "9999999.00"},
        "tiny stake": {"stake": "0.01"},
        "cid of version 4": {"cid": "6fa459ea-ee8a-4ca4-894e-db77e160355e"},
        "cid of yesterday": {"cid": "01890a5d-ac96-774b-bcce-b302099a8057"},
    }.items():
        tell(name, answer=await session.place({**order_on(market, "1.00"), **change}))


async def main(address, tokens):
    await tokens_that_do_not_fit(address, tokens)

    session, welcome, mine = await sign_in(address, tokens["good"])
    tell("welcome", welcome=welcome, mine=mine)
    offer = await image(session)
    market = next(
        market
        for market in offer["matches"][0]["markets"]
        if market["status"] == "open" and market["kind"] == "match_winner"
    )
    tell("image", image=offer)

    order = order_on(market, "2.50")
    first = await session.place(order)
    tell("placed", answer=first, balance=await session.wait_type("balance"))
    tell("repeated", answer=await session.place(order))
    other_stake = await session.place({**order, "stake": "7.00"})
    tell("repeated with another stake", answer=other_stake)
    await faults(session, market)

    # The connection breaks without a goodbye; the next one goes on where it was.
    resume = {"epoch": welcome["epoch"], "seq": max(first["seq"], offer["seq"])}
    session.socket.transport.abort()
    session, welcome, mine = await sign_in(address, tokens["good"])
    tell("resumed", mine=mine, delta=await image(session, resume))
    stranger = {"epoch": "another-journal", "seq": 1}
    tell("cannot resume", image=await image(session, stranger))

    await session.send(json.dumps({"type": "ping", "padding": "x" * 5_000}))
    tell("oversized frame", end=await how_it_ends(session))

    session, _, mine = await sign_in(address, tokens["good"])
    tell("after all", mine=mine)
    await session.socket.close()
    tell("done")


asyncio.run(main(sys.argv[1], json.load(sys.stdin)))
