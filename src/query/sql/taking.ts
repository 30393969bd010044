/**
 * The SQL tells whether an event without Caliper's types is of taking an assessment, by what it was
 * done to; in native events, whose types are their senders' words, an assignment is one as well.
 */
export const isTaking = `CASE standard
      WHEN 'xapi' THEN object_type = 'Assessment'
      WHEN 'native' THEN coalesce(object_type IN ('Assessment', 'AssignableDigitalResource'), false)
      ELSE false
    END`
