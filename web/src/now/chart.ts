import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Sample } from "../contract";
import { power, timeOfDay } from "../figure";
import type { Words } from "../words/en";

/** Draws powers over time; loaded only when there is something to draw. */

const HEIGHT_PX = 220;
const UNKNOWN = "–";

interface Curve { label: string; colour: string; shade?: string; of: (sample: Sample) => number | null }

/** Draw into a place; gives back what takes the drawing away. */
export function draw(place: HTMLElement, samples: Sample[], words: Words, timeZone: string): () => void {
  const colours = getComputedStyle(document.documentElement);
  const colour = (name: string) => colours.getPropertyValue(name).trim();
  const curves = curvesOf(samples, words);
  const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  const chart = new uPlot({
    width: place.clientWidth,
    height: HEIGHT_PX,
    legend: { live: matchMedia("(hover: hover)").matches },
    cursor: { drag: { x: false }, points: { size: 7 } },
    series: [
      { label: words.time, value: (_, time) => (time == null ? UNKNOWN : timeOfDay(time * 1000, timeZone)) },
      ...curves.map((curve) => ({
        label: curve.label, stroke: colour(curve.colour), width: 1.6, points: { show: false },
        ...(curve.shade && { fill: colour(curve.colour) + curve.shade }),
        value: (_: uPlot, watts: number | null) => power(watts),
      })),
    ],
    axes: [
      { ...axis, values: (_, times) => times.map((time) => timeOfDay(time * 1000, timeZone)) },
      { ...axis, size: 62, values: (_, values) => values.map(power) },
    ],
  }, [samples.map((sample) => Date.parse(sample.at) / 1000), ...curves.map((curve) => samples.map(curve.of))], place);
  const resized = new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height: HEIGHT_PX }));
  resized.observe(place);
  return () => { resized.disconnect(); chart.destroy(); };
}

/** What is drawn, from the back to the front; the battery only in a house that has one. */
function curvesOf(samples: Sample[], words: Words): Curve[] {
  const curves: Curve[] = [
    { label: words.parts.sun, colour: "--sun", shade: "30", of: (sample) => sample.pv_w },
    { label: words.load, colour: "--home", of: (sample) => sample.load_w },
    { label: words.parts.car, colour: "--car", shade: "38", of: (sample) => sample.car_w },
    { label: words.parts.grid, colour: "--grid", of: (sample) => sample.grid_w },
  ];
  if (samples.some((sample) => sample.battery_w !== null)) {
    curves.push({ label: words.parts.battery, colour: "--battery", of: (sample) => sample.battery_w });
  }
  return curves;
}
