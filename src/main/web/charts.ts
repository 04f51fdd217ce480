// Charts by the tokens of the stylesheet: SVG, no motion, redrawn when light and dark change.
// A series of the kind "area" is filled down to zero, with a point for each value, since some may be missing;
// one of the kind "steps" is a stepped line over the others, such as a limit.
// An element says what it shows: data-chart='{"kind":"bar","labels":[…],"series":[{"name":"開封","values":[…]}]}'
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

echarts.use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

interface Shown { kind: 'bar' | 'line'; labels: string[]; series: { name: string; values: (number | null)[]; color?: string; kind?: 'bar' | 'steps' | 'area' }[]; stacked?: boolean }

const probe = document.createElement('span');
probe.hidden = true;
document.body.append(probe);
const token = (name: string) => { probe.style.color = `var(--tk-${name})`; return getComputedStyle(probe).color; };
const number = (n: number) => n.toLocaleString('ja-JP');
const drawn = new Map<HTMLElement, echarts.ECharts>();

export function draw(element: HTMLElement) {
  drawn.get(element)?.dispose();
  const shown = JSON.parse(element.dataset.chart!) as Shown;
  const chart = echarts.init(element, null, { renderer: 'svg' });
  drawn.set(element, chart);
  const ink = token('ink'), muted = token('muted'), line = token('line-soft');
  chart.setOption({
    animation: false,
    color: [1, 2, 3, 4, 5, 6].map(n => token(`chart-${n}`)),
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: muted },
    grid: { left: 4, right: 12, top: shown.series.length > 1 ? 34 : 14, bottom: 4, containLabel: true },
    legend: { show: shown.series.length > 1, top: 0, left: 0, icon: 'roundRect', itemWidth: 10, itemHeight: 10, textStyle: { color: ink, fontSize: 12 } },
    tooltip: { trigger: 'axis', backgroundColor: token('raised'), borderColor: token('line'), textStyle: { color: ink, fontSize: 12 }, valueFormatter: (v: unknown) => v === null || v === undefined ? '–' : number(Number(v)) },
    xAxis: { type: 'category', data: shown.labels, axisTick: { show: false }, axisLine: { lineStyle: { color: token('line') } }, axisLabel: { color: muted, fontSize: 11 } },
    yAxis: { type: 'value', minInterval: 1, splitLine: { lineStyle: { color: line } }, axisLabel: { color: muted, fontSize: 11, formatter: number } },
    series: shown.series.map(s => ({
      type: s.kind === 'steps' ? 'line' as const : shown.kind, ...(s.kind === 'steps' ? { step: 'middle' as const } : {}), name: s.name, data: s.values, barMaxWidth: 28, symbol: s.kind === 'area' ? 'circle' : 'none', symbolSize: 4, lineStyle: { width: 2 }, ...(s.kind === 'area' ? { areaStyle: { opacity: 0.14 } } : {}),
      ...(shown.stacked ? { stack: 'all' } : {}),
      itemStyle: { borderRadius: shown.kind === 'bar' && !shown.stacked ? [2, 2, 0, 0] : 0, ...(s.color ? { color: token(s.color) } : {}) },
    })),
  });
}

const forget = () => drawn.forEach((chart, element) => { if (!element.isConnected) { chart.dispose(); drawn.delete(element); } });
addEventListener('resize', () => { forget(); drawn.forEach(chart => chart.resize()); });
document.addEventListener('todoku:theme', () => { forget(); [...drawn.keys()].forEach(draw); });
