import { next } from './entities'

const types = ['question_viewed', 'answer_submitted', 'quiz_completed', 'page_view'] as const
const browsers = ['chrome', 'firefox', 'safari'] as const

/**
 * A native event as a learning platform sends it, about 1.5 KB as JSON, as long as Caliper's events;
 * no two are alike. A learner of two thousand, a class of forty, a question of eight hundred.
 */
export function aNativeEvent(more: Record<string, unknown> = {}): Record<string, unknown> {
  const n = next()
  const type = types[n % types.length]!
  const version = `${100 + (n % 30)}.0.0.0`
  return {
    id: crypto.randomUUID(),
    event_type: type,
    event_version: 1,
    timestamp: new Date(Date.UTC(2026, 10, 21, 9, 30) + n * 1000).toISOString(),
    client_ts: new Date(Date.UTC(2026, 10, 21, 9, 29) + n * 1000).toISOString(),
    seq: n % 500,
    source: 'quiz-engine',
    user_id: `usr_${n % 2000}`,
    session_id: crypto.randomUUID(),
    organization_id: 'org_54321',
    question_id: `qst_${n % 800}`,
    device_info: {
      user_agent: `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version} Safari/537.36`,
      platform: n % 3 === 0 ? 'mobile' : 'desktop',
      browser: browsers[n % browsers.length],
      version,
      screen_resolution: '1920x1080',
      timezone: 'Europe/Berlin',
    },
    context: {
      page_url: `https://learn.northfield.example/classes/${n % 40}/quizzes/${n % 90}/questions/${n % 800}`,
      referrer: `https://learn.northfield.example/classes/${n % 40}/quizzes/${n % 90}`,
      assignment_id: `asg_${n % 120}`,
      sequence_id: `seq_${n % 60}`,
      class_id: `cls_${n % 40}`,
      teacher_id: `usr_t${n % 90}`,
    },
    payload: {
      quiz_id: `quz_${n % 90}`,
      quiz_name: `Unit ${n % 90}: what a flea market is for`,
      attempt_id: `att_${n}`,
      position: n % 20,
      answer: `choice-${n % 7}`,
      correct: n % 3 > 0,
      score: n % 10,
      max_score: 10,
      time_spent_ms: 1000 + (n % 60_000),
      attempts: 1 + (n % 3),
      concept_tags: ['trade', 'barter', n % 2 === 0 ? 'Märkte und Waren' : 'markets – and goods'],
      difficulty_level: 1 + (n % 10),
      prompt: `Which of these goods would a trader of the market in week ${n % 20} have taken in exchange, and which would have been brought home again, and why? Choose all that apply, then give your reasons below.`,
      feedback: `Read again what stands in week ${n % 20} of the course, after the lecture on trade and before the test.`,
      display_name: n % 2 === 0 ? `Zoë Learner ${n % 2000}` : `Learner 🎓 ${n % 2000}`,
    },
    privacy_level: 'standard',
    retention_days: 2555,
    ...more,
  }
}
