import type { DeepCheck, StagedContext } from './check'
import { reachesLake } from './reaches-lake'
import { sendsWebhooks } from './sends-webhooks'
import { setsAside } from './sets-aside'
import { takesTokens } from './takes-tokens'

type StagedCheck = Omit<DeepCheck, 'needs' | 'run'> & {
  needs: 'stage'
  run(context: StagedContext): Promise<void>
}

/** The address alone shows the first ones; whoever deployed it can see the others besides. */
export const deepChecks: (DeepCheck | StagedCheck)[] = [
  {
    promise: 'an event reaches the lake: Firehose made Parquet of it, and Athena finds it',
    run: reachesLake,
  },
  { promise: 'an event is sent to a webhook, which takes it', run: sendsWebhooks },
  {
    promise: 'a token of Cognito is taken, and a changed one is not',
    needs: 'stage',
    run: takesTokens,
  },
  {
    promise: 'a change that nobody can read is set aside, and holds up none behind it',
    needs: 'stage',
    run: setsAside,
  },
]
