/** A clock elsewhere, known by the times that it tells; a demo's runs faster than ours. All in ms. */

const MEASURED_OVER_MS = 500; // over less, the way of a message says more than the clock
const OWN_TIME_MS = 120_000; // nearer to our own time than this, nothing is run faster
const STEPPED_MS = 60_000; // an older time is a late message, a much older one a clock that was set

/** A time as it was told, and when it came by a clock of ours that only grows. */
interface Told { time: number; came: number }

export class RemoteClock {
  private newest: Told | null = null;
  private measuredFrom: Told | null = null;
  private rate = 1;

  /** Take note of a time; `ownTime` is our own time of day. */
  hear(time: number, came: number, ownTime: number): void {
    const { newest, measuredFrom } = this;
    if (Number.isNaN(time) || (newest !== null && time <= newest.time && time > newest.time - STEPPED_MS)) return;
    this.newest = { time, came };
    if (measuredFrom !== null && came - measuredFrom.came <= MEASURED_OVER_MS) return;
    this.measuredFrom = this.newest;
    if (measuredFrom === null) return;
    const measured = (time - measuredFrom.time) / (came - measuredFrom.came);
    // Messages wait on their way for a while, and the first ones may be old: near our own time the rate is 1.
    this.rate = measured > 1.8 && Math.abs(time - ownTime) > OWN_TIME_MS ? measured : 1;
  }

  /** Its time at a time of ours; null before anything was heard. */
  at(own: number): number | null {
    return this.newest === null ? null : this.newest.time + (own - this.newest.came) * this.rate;
  }
}
