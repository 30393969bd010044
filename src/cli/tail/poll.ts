import type { Follow } from './follow'
import type { Output } from './output'

/** Prints what a question at regular times brings, until enough is printed. */
export async function poll(
  { name, follow, interval }: { name: string; follow: Follow; interval: number },
  output: Output,
): Promise<void> {
  while (!output.signal.aborted) {
    const answer = await follow.next()
    if (output.signal.aborted) return
    if ('trouble' in answer) output.trouble(name, answer.trouble)
    else {
      output.trouble(name, undefined)
      await output.print(answer.items)
      if (!answer.isAll) continue
    }
    await output.pause(interval)
  }
}
