import type { EChartsCoreOption } from 'echarts/core'
import { type Chart, shortened } from './plan'

// Colours that people of every sight tell apart (Okabe and Ito, "Color Universal Design"), the palest last.
const COLOURS = [
  ...['#0072b2', '#d55e00', '#009e73', '#cc79a7'],
  ...['#56b4e9', '#e69f00', '#000000', '#b8a900'],
]
// The library writes it into an attribute as it is: a name in quotes would end that.
const FONT = 'system-ui, sans-serif'
const WIDTH = 900
const PLOT_HEIGHT = 380
// A bar and its label, in pixels.
const BAR_HEIGHT = 22
const LABEL = 44

/** How large a chart is, in pixels. Bars that lie need room for each. */
export function sizeOf({ kind, isTime, labels, series }: Chart) {
  const isLying = kind === 'bar' && !isTime
  const bars = labels.length * Math.max(1, series.length * 0.7)
  const height = isLying ? Math.max(PLOT_HEIGHT, 120 + bars * BAR_HEIGHT) : PLOT_HEIGHT
  return { width: WIDTH, height: Math.round(height) }
}

/** Writes what ECharts draws a chart by. It is JSON: no functions. */
export function optionOf(chart: Chart): EChartsCoreOption {
  const { kind, title, isTime, series, x } = chart
  const isLying = kind === 'bar' && !isTime
  const isNamed = series.length > 1
  const labels = isTime ? chart.labels : shortened(chart.labels, LABEL)
  const text = { fontFamily: FONT, color: '#222' }
  // Days on which there is nothing have their room as well.
  const isScaled = kind === 'line' && isTime
  const categories = {
    ...(isScaled ? { type: 'time' } : { type: 'category', data: labels }),
    axisLabel: {
      ...{ ...text, hideOverlap: !isLying },
      ...(isLying && { interval: 0 }),
      ...(isScaled && { formatter: timesIn(labels) }),
    },
    axisTick: { show: false },
    ...(isLying ? { inverse: true } : { name: x, nameLocation: 'middle', nameGap: 30 }),
    nameTextStyle: text,
  }
  const numbers = {
    type: 'value',
    axisLabel: text,
    splitLine: { lineStyle: { color: '#e3e3e3' } },
    ...(!isNamed && {
      name: series[0]?.name,
      nameLocation: isLying ? 'middle' : 'end',
      nameGap: isLying ? 28 : 15,
    }),
    nameTextStyle: text,
  }
  const names = shortened(
    series.map(({ name }) => name),
    LABEL,
  )
  return {
    animation: false,
    useUTC: true,
    backgroundColor: '#fff',
    color: COLOURS,
    textStyle: text,
    ...(title !== undefined && {
      title: { text: title, left: 16, top: 12, textStyle: { ...text, fontSize: 16 } },
    }),
    ...(isNamed && {
      legend: {
        ...{ type: 'scroll', left: 16, right: 16, top: title === undefined ? 12 : 40 },
        ...{ textStyle: text, itemGap: 24, icon: kind === 'bar' ? 'rect' : 'circle' },
      },
    }),
    tooltip: { trigger: 'axis', confine: true },
    grid: {
      ...{ right: 40, ...(isLying ? roomFor(labels) : outside) },
      top: 30 + (title === undefined ? 0 : 30) + (isNamed ? 30 : 16),
    },
    xAxis: isLying ? numbers : categories,
    yAxis: isLying ? categories : numbers,
    series: series.map(({ values }, at) => ({
      ...{ name: names[at], type: kind },
      data: isScaled ? values.map((value, place) => [labels[place], value]) : values,
      ...(kind === 'line' && { symbolSize: 5, lineStyle: { width: 2 } }),
      ...(kind === 'bar' && { barMaxWidth: 28 }),
    })),
  }
}

// Axis labels are measured, and have their room beside the plot.
const outside = {
  ...{ left: 24, bottom: 40 },
  ...{ outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
}

// Without a browser the library takes letters for narrower than those of most fonts are, 12 pixels high.
const LETTER = 7.2

/** Leaves room for long labels, left of bars that lie. */
function roomFor(labels: readonly string[]) {
  const longest = Math.max(...labels.map(({ length }) => length))
  return { left: Math.round(24 + longest * LETTER), bottom: 56, outerBoundsMode: 'none' }
}

/** Writes times as they are, no longer than they have to be. */
function timesIn(labels: readonly string[]): string {
  return labels.every((label) => label.length === 10) ? '{yyyy}-{MM}-{dd}' : '{MM}-{dd} {HH}:{mm}'
}

/** Draws a chart as SVG: no browser, no DOM. */
export async function drawSvg(chart: Chart): Promise<string> {
  const [{ init, use }, { BarChart, LineChart }, components, { SVGRenderer }] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ])
  const { GridComponent, LegendScrollComponent, TitleComponent, TooltipComponent } = components
  use([BarChart, LineChart, GridComponent, LegendScrollComponent, TitleComponent])
  use([TooltipComponent, SVGRenderer])
  const drawing = init(null, null, { renderer: 'svg', ssr: true, ...sizeOf(chart) })
  try {
    drawing.setOption(optionOf(chart))
    return `${drawing.renderToSVGString()}\n`
  } finally {
    drawing.dispose()
  }
}
