import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Sample } from "../contract";
import { power, timeOfDay } from "../figure";
import type { Words } from "../words/en";

/** Draws powers over time; loaded only when there is something to draw. */

const HEIGHT_PX = 180;
const COLOURS = ["--sun", "--home", "--car", "--grid"];

/** Draw into a place; gives back what takes the drawing away. */
export function draw(place: HTMLElement, samples: Sample[], words: Words, timeZone: string): () => void {
  const colours = getComputedStyle(document.documentElement);
  const names = [words.parts.sun, words.load, words.parts.car, words.parts.grid];
  const chart = new uPlot({
    width: place.clientWidth,
    height: HEIGHT_PX,
    legend: { live: false },
    cursor: { show: false },
    series: [{}, ...names.map((label, index) => ({ label, stroke: colours.getPropertyValue(COLOURS[index] ?? ""), width: 1.5 }))],
    axes: [
      { ...axis(colours), values: (_, times) => times.map((time) => timeOfDay(time * 1000, timeZone)) },
      { ...axis(colours), size: 62, values: (_, values) => values.map(power) },
    ],
  }, columns(samples), place);
  const resized = new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height: HEIGHT_PX }));
  resized.observe(place);
  return () => { resized.disconnect(); chart.destroy(); };
}

function axis(colours: CSSStyleDeclaration) {
  return { stroke: colours.getPropertyValue("--soft"), grid: { stroke: colours.getPropertyValue("--line"), width: 1 }, ticks: { show: false } };
}

function columns(samples: Sample[]): uPlot.AlignedData {
  return [
    samples.map((sample) => Date.parse(sample.at) / 1000),
    samples.map((sample) => sample.pv_w),
    samples.map((sample) => sample.load_w),
    samples.map((sample) => sample.car_w),
    samples.map((sample) => sample.grid_w),
  ];
}
