// The player: it shows one question after the other, and tells Nonius what is done with them.
const element = (id) => document.getElementById(id)
const home = location.pathname

// A blocker may have kept the script of Nonius away: nobody at a quiz need notice.
const { nonius = { track() {}, flush: async () => {} } } = window
const track = (type, payload, questionId) => nonius.track(type, payload, { questionId })

let questions = []
let at = 0 // the place of the question that is shown; people and events count from 1
const answers = {}
const marked = new Set()

const ask = async (what, init) => {
  const reply = await fetch(`${home}/${what}`, init)
  if (!reply.ok) throw new Error(await reply.text())
  return reply.json()
}
const current = () => questions[at]

function show() {
  const { id, text, options } = current()
  document.querySelector('legend').textContent = `${at + 1}. ${text}`
  const choices = options.map((option, index) => {
    const label = document.createElement('label')
    const input = Object.assign(document.createElement('input'), {
      ...{ type: 'radio', name: id, value: index, checked: answers[id] === index },
    })
    input.addEventListener('change', () => choose(index))
    label.append(input, option)
    return label
  })
  element('options').replaceChildren(...choices)
  element('previous').disabled = at === 0
  element('next').disabled = at === questions.length - 1
  paint()
  track('QUESTION_VIEWED', { position: at + 1 }, id)
}

function paint() {
  element('mark').setAttribute('aria-pressed', String(marked.has(current().id)))
  const places = questions.map(({ id }, index) => {
    const button = Object.assign(document.createElement('button'), { textContent: index + 1 })
    button.classList.toggle('answered', id in answers)
    button.classList.toggle('marked', marked.has(id))
    if (index === at) button.setAttribute('aria-current', 'step')
    button.title = [id in answers ? 'answered' : 'not answered', marked.has(id) && 'marked']
      .filter(Boolean)
      .join(', ')
    button.addEventListener('click', () => go('NAVIGATE_JUMP', index))
    return button
  })
  element('grid').replaceChildren(...places)
}

function go(type, to) {
  if (to === at) return
  track(type, { from_position: at + 1, to_position: to + 1 }, current().id)
  at = to
  show()
}

function choose(index) {
  const { id } = current()
  const position = at + 1
  if (id in answers) {
    track('ANSWER_CHANGED', { position, from_index: answers[id], to_index: index }, id)
  } else track('ANSWER_SELECTED', { position, selected_index: index }, id)
  answers[id] = index
  paint()
}

function mark() {
  const { id } = current()
  const isMarked = !marked.delete(id)
  if (isMarked) marked.add(id)
  track('MARK_FOR_REVIEW_TOGGLED', { position: at + 1, marked: isMarked }, id)
  paint()
}

async function finish() {
  element('submit').disabled = true
  // What was done comes before what ends it.
  await nonius.flush()
  const body = JSON.stringify(answers)
  const result = await ask('end', { method: 'POST', body }).catch(notice)
  element('submit').disabled = false
  if (result) showResult(result)
}

let timer
function showResult({ outcome, score_correct: right, score_total: all }) {
  clearInterval(timer)
  document.removeEventListener('visibilitychange', pause)
  element('play').hidden = true
  element('clock').textContent = ''
  element('notice').textContent = ''
  element('done').hidden = false
  const begin = outcome === 'expired' ? 'Time is up: ' : ''
  element('score').textContent = `${begin}${right} of ${all} are right.`
}

async function review() {
  const right = await ask('review').catch(notice)
  if (!right) return
  const lines = questions.map(({ id, text, options }) => {
    const { right: place } = right.find((one) => one.id === id)
    const line = document.createElement('li')
    const given = id in answers ? options[answers[id]] : 'nothing'
    line.classList.add(answers[id] === place ? 'right' : 'wrong')
    line.append(text, document.createElement('br'), `You said: ${given}. Right: ${options[place]}.`)
    return line
  })
  element('answers').replaceChildren(...lines)
  element('answers').hidden = false
  element('review').hidden = true
}

function pause() {
  track('PAUSE_BLUR', { state: document.visibilityState === 'hidden' ? 'blur' : 'focus' })
}

function notice(error) {
  element('notice').textContent = `That did not work: ${error.message}`
}

async function start() {
  const { endsAt, result, ...quiz } = await ask('questions')
  questions = quiz.questions
  if (result) return showResult(result)
  element('play').hidden = false
  element('previous').addEventListener('click', () => go('NAVIGATE_PREV', at - 1))
  element('next').addEventListener('click', () => go('NAVIGATE_NEXT', at + 1))
  element('mark').addEventListener('click', mark)
  element('submit').addEventListener('click', finish)
  document.addEventListener('visibilitychange', pause)
  timer = setInterval(tick, 250)
  function tick() {
    const seconds = Math.max(0, Math.ceil((endsAt - Date.now()) / 1000))
    element('clock').textContent =
      `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
    if (seconds > 0) return
    clearInterval(timer)
    finish()
  }
  tick()
  show()
}

element('review').addEventListener('click', review)
start().catch(notice)
