import { describe, expect, it } from "vitest";
import { FleetRate } from "../src/commands/fleet/fleet-rate.ts";

describe("how fast runs get done", () => {
  it("is not known before one gets done, and does not count the time before", () => {
    const rate = new FleetRate();
    for (let second = 0; second <= 60; second++) rate.reach(0, second * 1_000);
    expect(rate.perSecond).toBe(0);
    rate.reach(5, 61_000);
    expect(rate.perSecond).toBe(5);
  });

  it("is of the last half minute", () => {
    const rate = new FleetRate();
    for (let second = 0; second <= 100; second++) rate.reach(second, second * 1_000);
    for (let second = 1; second <= 100; second++) rate.reach(100 + 10 * second, (100 + second) * 1_000);
    expect(rate.perSecond).toBeCloseTo(10, 5);
  });

  it("is the same however often one looks", () => {
    const rate = new FleetRate();
    for (let at = 0; at <= 60_000; at += 10) rate.reach(Math.floor(at / 100), at);
    expect(rate.perSecond).toBeCloseTo(10, 0);
  });

  it("is none once nothing gets done any more", () => {
    const rate = new FleetRate();
    for (let second = 0; second <= 10; second++) rate.reach(second, second * 1_000);
    for (let second = 11; second <= 60; second++) rate.reach(10, second * 1_000);
    expect(rate.perSecond).toBe(0);
  });
});
