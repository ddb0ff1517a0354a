// What a guard reads from Authorization and X-Api-Key, and what it does not choose between.

import { readCredentials } from "../../dist/guards/credentials";
import { basic } from "./sent";

const [A, B] = [`sk_${"a".repeat(64)}`, `sk_${"b".repeat(64)}`];

describe("The credentials of a request", () => {
  it.each<[authorization: unknown, apiKey: unknown]>([
    [`Bearer ${A}`, undefined],
    [`BEARER   ${A} `, undefined],
    [`Basic ${A}`, undefined],
    [basic(`${A}:`), A],
    [undefined, ` ${A}`],
    [[`Bearer ${A}`, `Bearer ${A}`], A],
    ["", A],
    ["Bearer", A],
    [basic("proxy:password"), A],
    ["Digest username=x, nonce=y", A],
    ["BasicAuth x", A],
    ["Negotiate risk_x", A],
  ])("are the token of %j beside the X-Api-Key %j", (authorization, apiKey) => {
    expect(readCredentials(authorization, apiKey)).toEqual({ kind: "token", token: A });
  });

  it.each<[authorization: unknown]>([
    [`Bearer ${A}, Bearer ${B}`],
    [`Basic ${A} x`],
    [`Basic ${A} ${B}`],
    [`${basic(`${A}:`)} x`],
    [basic(`${A}:password`)],
    [`Token ${A}`],
    [A],
    [`Bearer\t${A}`],
    [`Bearer,${A}`],
    ["Bearer one, Bearer two"],
    [["Digest x", `Bearer ${A}`]],
  ])("are ambiguous with %j beside the X-Api-Key of another key", (authorization) => {
    expect(readCredentials(authorization, B)).toEqual({ kind: "conflict" });
  });

  it.each<[authorization: unknown]>([
    [`Bearer ${A}, Bearer ${B}`],
    [`Basic ${A} ${B}`],
    [[`Bearer ${A}`, `Token ${B}`]],
    [[`Bearer ${A}`, `Bearer ${B}`]],
  ])("are ambiguous with two keys in %j alone", (authorization) => {
    expect(readCredentials(authorization, undefined)).toEqual({ kind: "conflict" });
  });

  it.each<[authorization: unknown]>([[`Token ${A}`], [`Bearer\t${A}`], [`Basic ${A} x`], [A], [undefined], [5]])(
    "are none with %j alone",
    (authorization) => {
      expect(readCredentials(authorization, undefined)).toEqual({ kind: "none" });
    },
  );
});
