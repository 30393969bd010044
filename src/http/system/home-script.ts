/**
 * The script of the page at `/`, as a browser runs it. It writes by `textContent` alone, so that
 * no name of a source can become markup.
 */
export const script = `
'use strict'
const PLACE = 'nonius.key'
const EVERY_MS = 15000 // counts are flushed every ten seconds
const form = document.getElementById('ask')
const field = document.getElementById('key')
const forget = document.getElementById('forget')
const said = document.getElementById('said')
const table = document.getElementById('sources')
let key = ''
let timer

const stored = { get: () => sessionStorage.getItem(PLACE) || '' }
function keep(value) {
  key = value
  forget.hidden = value === ''
  try {
    if (value === '') sessionStorage.removeItem(PLACE)
    else sessionStorage.setItem(PLACE, value)
  } catch {} // it stays in memory
}

function say(text, isWrong) {
  said.textContent = text
  said.classList.toggle('wrong', Boolean(isWrong))
}

function stop() {
  clearTimeout(timer)
  table.hidden = true
}

async function show() {
  clearTimeout(timer)
  const asked = key
  try {
    const response = await fetch('sources', { headers: { Authorization: 'Bearer ' + asked } })
    const body = await response.json()
    if (asked !== key) return
    if (!response.ok) {
      stop()
      if (response.status === 401 || response.status === 403) keep('')
      return say(body.detail || 'The server answered ' + response.status + '.', true)
    }
    fill(body.sources)
    say(body.sources.length === 0 ? 'There is no source yet.' : 'As of ' + clock(new Date()) + '.')
  } catch (error) {
    if (asked !== key) return
    say('The server cannot be reached (' + error.message + ').', true)
  }
  timer = setTimeout(show, EVERY_MS)
}

function fill(sources) {
  const rows = sources.map((source) => {
    const hour = source.lastHour
    const row = document.createElement('tr')
    const name = cell(row, 'th', source.id)
    name.scope = 'row'
    cell(row, 'td', source.lastSeenAt ? ago(source.lastSeenAt) : 'never')
    for (const count of ['accepted', 'duplicates', 'quarantined']) number(row, hour[count])
    const refused = number(row, hour.refused)
    const why = Object.entries(hour.refusedFor)
    if (why.length > 0) {
      const small = document.createElement('small')
      small.textContent = why.map(([code, count]) => count + ' ' + code).join(', ')
      refused.append(small)
    }
    cell(row, 'td', hour.lag ? seconds(hour.lag.medianSeconds) : '–').className = 'n'
    return row
  })
  table.tBodies[0].replaceChildren(...rows)
  table.hidden = sources.length === 0
}

function cell(row, kind, text) {
  const made = document.createElement(kind)
  made.textContent = text
  row.append(made)
  return made
}

function number(row, count) {
  const made = cell(row, 'td', count.toLocaleString('en'))
  made.className = 'n'
  return made
}

function ago(time) {
  return seconds((Date.now() - Date.parse(time)) / 1000) + ' ago'
}

function seconds(count) {
  const size = Math.abs(count)
  if (size < 90) return Math.round(count) + ' s'
  if (size < 5400) return Math.round(count / 60) + ' min'
  if (size < 172800) return Math.round(count / 3600) + ' h'
  return Math.round(count / 86400) + ' days'
}

function clock(time) {
  return time.toLocaleTimeString('en', { hour12: false })
}

form.addEventListener('submit', (event) => {
  event.preventDefault()
  keep(field.value.trim().replace(/^bearer +/i, ''))
  field.value = ''
  say('Asking …')
  show()
})
forget.addEventListener('click', () => {
  keep('')
  stop()
  say('')
  field.focus()
})
try {
  keep(stored.get())
} catch {} // a browser may refuse storage
if (key !== '') show()
`
