/** A connection of Learning Observer's stream has this name, which the platform remembers it by. */
export const observerName = 'observer'
// A slash at its end makes no difference (`http/request-path.ts`).
export const observerPath = '/wsapi/in'
