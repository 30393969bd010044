import { AppError } from '../error/app-error'
import type { AppContext, AppDeps } from './context'

/**
 * Reads the token of an address that was given out for a file and needs no key.
 * @param question says for which kind of file it was signed
 * @param over whom to ask for a new address when this one has ended
 * @throws {AppError} `not_found` for none of ours, `gone` for one whose time is over
 */
export async function readFileLink<Link extends { until: string }>(
  c: AppContext,
  { platform, services }: Pick<AppDeps, 'platform' | 'services'>,
  { token, question, over }: { token: string; question: string; over(): AppError },
): Promise<Link> {
  const link = await linkIn()
  if (link === undefined) {
    c.var.unknown()
    throw new AppError('not_found', 'This is no address of a file that we gave out.')
  }
  if (link.until <= services.clock.now().toISOString()) throw over()
  return link

  async function linkIn(): Promise<Link | undefined> {
    const signer = await platform.tokens()
    try {
      return signer.read<Link>(token, question)
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.code === 'invalid_cursor') return undefined
      throw thrown
    }
  }
}
