import type { Match } from './match'
import { iriOf } from './prefixes'

/** An activity type of xAPI stands for this type of entity of Caliper. */
export interface ActivityTypeRow {
  /** The type is written as in `prefixes`. */
  activityType: string
  entity: string
  match: Exclude<Match, 'generic'>
}

/**
 * Activity types and types of entities. Of several rows of an entity, a statement is given the first that
 * is exact, or else the first; an entity without a row has its own IRI in Caliper's vocabulary.
 */
export const activityTypes: readonly ActivityTypeRow[] = rows(`
  adl-type:assessment        Assessment                exact
  adl-type:question          AssessmentItem            exact
  adl-type:cmi.interaction   AssessmentItem            close
  adl-type:interaction       AssessmentItem            close
  adl-type:course            CourseOffering            exact
  cmi5-type:course           CourseOffering            exact
  tincan-type:lms/course     CourseOffering            exact
  cmi5-type:block            DigitalResourceCollection close
  adl-type:module            DigitalResourceCollection close
  adl-type:lesson            DigitalResourceCollection close
  adl-type:media             MediaObject               exact
  adl-type:link              WebPage                   close
  adl-type:objective         LearningObjective         exact
  adl-type:performance       AssignableDigitalResource close
  adl-type:simulation        AssignableDigitalResource close
  adl-type:file              Document                  close
  video-type:video           VideoObject               exact
  as:video                   VideoObject               exact
  audio-type:audio           AudioObject               exact
  as:audio                   AudioObject               exact
  as:image                   ImageObject               exact
  as:page                    Page                      close
  as:file                    Document                  close
  as:article                 Document                  close
  as:note                    Message                   close
  as:comment                 Comment                   exact
  as:application             SoftwareApplication       exact
  as:collection              DigitalResourceCollection close
  as:bookmark                BookmarkAnnotation        exact
  as:group                   Group                     exact
  as:organization            Organization              exact
  as:question                Question                  exact
  acrossx-type:webpage       WebPage                   exact
  acrossx-type:e-book        Document                  close
  acrossx-type:message       Message                   exact
  acrossx-type:search-engine SoftwareApplication       close
  acrossx-ext:supplemental-info Annotation             close
  tincan-type:document       Document                  exact
  tincan-type:book           Document                  close
  tincan-type:chapter        Chapter                   exact
  tincan-type:slide          Frame                     close
  tincan-type:slide-deck     Document                  close
  tincan-type:resource       DigitalResource           exact
  tincan-type:solution       Annotation                close
  tincan-type:discussion     Thread                    exact
  tincan-type:forum-topic    Thread                    close
  tincan-type:forum-reply    Message                   close
  tincan-type:school-assignment AssignableDigitalResource exact
  tincan-type:survey         Questionnaire             close
  tincan-type:section        DigitalResourceCollection close
  tincan-type:lms            SoftwareApplication       close
`)

/** These rows hold from Caliper to xAPI only: the activity type says less than the entity does. */
export const typesOfEntities: readonly ActivityTypeRow[] = rows(`
  adl-type:course            CourseSection             close
  adl-type:link              Link                      close
  adl-type:link              LtiLink                   close
  adl-type:question          QuestionnaireItem         close
  tincan-type:survey         Survey                    close
`)

function rows(text: string): ActivityTypeRow[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [activityType = '', entity = '', match] = line.trim().split(/ +/)
      return { activityType, entity, match: match as ActivityTypeRow['match'] }
    })
}

/** The row of an activity type, by its IRI. */
export const rowByActivityType: ReadonlyMap<string, ActivityTypeRow> = new Map(
  activityTypes.map((row) => [iriOf(row.activityType), row]),
)

/** The row that gives an entity its activity type, by the type of the entity. */
export const rowByEntity: ReadonlyMap<string, ActivityTypeRow> = new Map(
  [...activityTypes, ...typesOfEntities]
    .toSorted((a, b) => Number(a.match === 'close') - Number(b.match === 'close'))
    .toReversed()
    .map((row) => [row.entity, row]),
)
