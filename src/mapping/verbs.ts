import type { Match } from './match'

/** A verb of xAPI on entities of these types stands for this event of Caliper. */
export interface VerbRow {
  /** The verb is written as in `prefixes`. */
  verb: string
  /** The types of entities that the row is for; `*` is for all that no other row of the verb has. */
  on: readonly string[]
  event: string
  /** Absent where no action of Caliper comes near. */
  action?: string
  match: Match
}

// Names that stand for several types of entities.
const groups: Readonly<Record<string, string>> = {
  Media: 'VideoObject,AudioObject,MediaObject',
  Graded: 'Assessment,AssignableDigitalResource',
  Assigned: 'Assessment,AssignableDigitalResource,AssessmentItem',
  Courses: 'CourseOffering,CourseSection,Organization,Group',
}

/**
 * Verbs and events, in the order of preference: of several rows with one event and one action, a
 * statement is given the first verb. The columns are verb, entities, event, action, match.
 */
export const verbRows: readonly VerbRow[] = rows(`
  adl:initialized     Assessment                AssessmentEvent         Started      exact
  adl:initialized     AssessmentItem            AssessmentItemEvent     Started      exact
  adl:initialized     AssignableDigitalResource AssignableEvent         Started      exact
  adl:initialized     Questionnaire             QuestionnaireEvent      Started      exact
  adl:initialized     QuestionnaireItem         QuestionnaireItemEvent  Started      exact
  adl:initialized     Media                     MediaEvent              Started      close
  adl:initialized     *                         Event                   Started      exact
  adl:resumed         Assessment                AssessmentEvent         Resumed      exact
  video:played        Media                     MediaEvent              Resumed      close
  video:played        *                         Event                   Resumed      close
  adl:resumed         Media                     MediaEvent              Resumed      exact
  adl:resumed         *                         Event                   Resumed      exact
  adl:suspended       Assessment                AssessmentEvent         Paused       exact
  video:paused        Media                     MediaEvent              Paused       exact
  video:paused        *                         Event                   Paused       exact
  tincan:paused       Media                     MediaEvent              Paused       exact
  tincan:paused       *                         Event                   Paused       exact
  adl:suspended       Media                     MediaEvent              Paused       close
  adl:suspended       *                         Event                   Paused       close
  adl:terminated      Media                     MediaEvent              Ended        close
  adl:terminated      *                         Event                   Ended        close
  adl:exited          *                         Event                   Ended        close
  cmi5:abandoned      *                         Event                   Abandoned    exact
  video:seeked        Media                     MediaEvent              JumpedTo     exact
  video:seeked        *                         Event                   JumpedTo     exact
  adl:interacted      Media                     MediaEvent              -            generic
  video:interacted    Media                     MediaEvent              -            generic
  adl:interacted      Annotation                Event                   Viewed       close
  adl:interacted      SoftwareApplication       ToolUseEvent            Used         close
  adl:interacted      *                         Event                   Used         close

  adl:answered        AssessmentItem            AssessmentItemEvent     Completed    exact
  adl:answered        QuestionnaireItem         QuestionnaireItemEvent  Completed    exact
  adl:answered        Graded                    AssessmentEvent         Submitted    close
  adl:answered        Questionnaire             QuestionnaireEvent      Submitted    close
  adl:answered        *                         Event                   Submitted    close
  adl:responded       AssessmentItem            AssessmentItemEvent     Completed    close
  adl:responded       QuestionnaireItem         QuestionnaireItemEvent  Completed    close
  adl:completed       AssessmentItem            AssessmentItemEvent     Completed    exact
  adl:completed       QuestionnaireItem         QuestionnaireItemEvent  Completed    exact
  adl:completed       Graded                    AssignableEvent         Completed    exact
  adl:completed       *                         Event                   Completed    exact
  as:complete         *                         Event                   Completed    exact
  cmi5:satisfied      *                         Event                   Completed    close
  adl:mastered        *                         Event                   Completed    close
  as:submit           Assessment                AssessmentEvent         Submitted    exact
  as:submit           AssignableDigitalResource AssignableEvent         Submitted    exact
  as:submit           Questionnaire             QuestionnaireEvent      Submitted    exact
  as:submit           *                         Event                   Submitted    exact
  adl:attempted       Assigned                  AssessmentEvent         Submitted    close
  adl:attempted       *                         Event                   Submitted    close
  tincan:skipped      AssessmentItem            AssessmentItemEvent     Skipped      exact
  tincan:skipped      QuestionnaireItem         QuestionnaireItemEvent  Skipped      exact
  tincan:skipped      *                         Event                   Skipped      exact
  dod:reset           Assessment                AssessmentEvent         Reset        exact
  dod:reset           *                         Event                   Reset        exact
  tincan:reviewed     AssignableDigitalResource AssignableEvent         Reviewed     exact
  tincan:reviewed     Assessment                AssignableEvent         Reviewed     exact
  tincan:reviewed     *                         Event                   Reviewed     exact
  dod:reviewed        *                         Event                   Reviewed     exact
  adl:scored          Graded                    GradeEvent              Graded       exact
  acrossx:evaluated   AssessmentItem            GradeEvent              Graded       exact
  acrossx:evaluated   *                         GradeEvent              Graded       exact
  dod:evaluated       *                         GradeEvent              Graded       close
  adl:scored          *                         GradeEvent              Graded       exact
  adl:passed          Courses                   Event                   Completed    close
  adl:passed          *                         GradeEvent              Graded       close
  adl:failed          *                         GradeEvent              Graded       close

  tincan:viewed       Annotation                Event                   Viewed       exact
  tincan:viewed       Courses                   Event                   Viewed       exact
  tincan:viewed       *                         ViewEvent               Viewed       exact
  adl:experienced     Annotation                Event                   Viewed       close
  adl:experienced     Courses                   Event                   Viewed       close
  adl:experienced     *                         ViewEvent               Viewed       close
  adl:asked           Annotation                Event                   Viewed       close
  adl:asked           *                         Event                   Questioned   exact
  as:read             Message                   MessageEvent            MarkedAsRead close
  as:read             Thread                    ThreadEvent             MarkedAsRead close
  as:read             *                         ViewEvent               Viewed       close
  tincan:previewed    *                         ViewEvent               Viewed       close
  as:consume          *                         ViewEvent               Viewed       close
  as:experience       *                         ViewEvent               Viewed       close
  as:open             *                         ViewEvent               Viewed       close
  dod:read            *                         ViewEvent               Viewed       close
  acrossx:watched     Media                     MediaEvent              Started      close
  acrossx:watched     *                         ViewEvent               Viewed       close
  as:watch            Media                     MediaEvent              Started      close
  as:watch            *                         ViewEvent               Viewed       close
  as:play             Media                     MediaEvent              Started      exact
  as:play             *                         Event                   Started      close
  as:listen           *                         MediaEvent              Started      close
  dod:navigated       Courses                   Event                   NavigatedTo  exact
  dod:navigated       *                         NavigationEvent         NavigatedTo  exact
  as:access           *                         NavigationEvent         NavigatedTo  close
  acrossx:searched    *                         SearchEvent             Searched     exact
  as:search           *                         SearchEvent             Searched     exact
  dod:searched        *                         SearchEvent             Searched     exact

  cmi5:logged-in      *                         SessionEvent            LoggedIn     exact
  adl:logged-in       *                         SessionEvent            LoggedIn     exact
  cmi5:logged-out     *                         SessionEvent            LoggedOut    exact
  adl:logged-out      *                         SessionEvent            LoggedOut    exact
  adl:launched        SoftwareApplication       ToolLaunchEvent         Launched     exact
  adl:launched        *                         Event                   Launched     exact
  as:return           SoftwareApplication       ToolLaunchEvent         Returned     close
  as:use              *                         ToolUseEvent            Used         exact
  adl:registered      *                         Event                   Activated    close
  tincan:unregistered *                         Event                   Deactivated  close

  tincan:bookmarked   *                         AnnotationEvent         Bookmarked   exact
  as:favorite         *                         AnnotationEvent         Bookmarked   close
  adl:shared          *                         AnnotationEvent         Shared       exact
  as:share            *                         AnnotationEvent         Shared       exact
  as:tag              *                         AnnotationEvent         Tagged       exact
  adl:commented       *                         FeedbackEvent           Commented    exact
  tincan:rated        *                         FeedbackEvent           Ranked       exact
  dod:ranked          *                         FeedbackEvent           Ranked       exact
  as:follow           Forum                     ForumEvent              Subscribed   close
  as:follow           *                         Event                   Subscribed   close
  as:stop-following   Forum                     ForumEvent              Unsubscribed close
  as:stop-following   *                         Event                   Unsubscribed close
  acrossx:posted      Message                   MessageEvent            Posted       exact
  acrossx:posted      *                         Event                   Posted       exact
  as:post             Message                   MessageEvent            Posted       exact
  as:post             *                         Event                   Posted       exact
  dod:posted          *                         Event                   Posted       exact

  as:archive          *                         ResourceManagementEvent Archived     exact
  as:create           *                         ResourceManagementEvent Created      exact
  as:author           *                         ResourceManagementEvent Created      close
  as:delete           *                         ResourceManagementEvent Deleted      exact
  dod:deleted         *                         ResourceManagementEvent Deleted      exact
  dod:described       *                         ResourceManagementEvent Described    exact
  tincan:downloaded   *                         ResourceManagementEvent Downloaded   exact
  as:update           *                         ResourceManagementEvent Modified     exact
  acrossx:edited      *                         ResourceManagementEvent Modified     exact
  dod:edited          *                         ResourceManagementEvent Modified     exact
  dod:modified        *                         ResourceManagementEvent Modified     exact
  dod:published       *                         ResourceManagementEvent Published    exact
  dod:retrieved       *                         ResourceManagementEvent Retrieved    exact
  as:save             *                         ResourceManagementEvent Saved        exact
  dod:saved           *                         ResourceManagementEvent Saved        exact
  netc:uploaded       *                         ResourceManagementEvent Uploaded     exact
  adl:imported        *                         ResourceManagementEvent Uploaded     close

  as:accept           *                         Event                   Accepted     exact
  as:deny             *                         Event                   Declined     close
  as:reject           *                         Event                   Declined     close
  as:add              *                         Event                   Added        exact
  as:attach           *                         Event                   Attached     exact
  as:remove           *                         Event                   Removed      exact
  dod:removed         *                         Event                   Removed      exact
  as:send             *                         Event                   Sent         exact
  dod:sent            *                         Event                   Sent         exact
  as:like             *                         Event                   Liked        exact
  acrossx:liked       *                         Event                   Liked        exact
  tincan:voted-up     *                         Event                   Liked        close
  as:dislike          *                         Event                   Disliked     exact
  acrossx:disliked    *                         Event                   Disliked     exact
  tincan:voted-down   *                         Event                   Disliked     close
  dod:identified      *                         Event                   Identified   exact
  dod:recommended     *                         Event                   Recommended  exact
`)

/** These rows hold from Caliper to xAPI only: the verb says less than the action does. */
export const verbsOfActions: readonly VerbRow[] = rows(`
  video:seeked        Media                     MediaEvent              ForwardedTo  close
  video:interacted    Media                     MediaEvent              ChangedResolution close
  video:interacted    Media                     MediaEvent              ChangedSize  close
  video:interacted    Media                     MediaEvent              ChangedSpeed close
  video:interacted    Media                     MediaEvent              ChangedVolume close
  video:interacted    Media                     MediaEvent              EnabledClosedCaptioning close
  video:interacted    Media                     MediaEvent              DisabledClosedCaptioning close
  video:interacted    Media                     MediaEvent              EnteredFullScreen close
  video:interacted    Media                     MediaEvent              ExitedFullScreen close
  video:interacted    Media                     MediaEvent              Muted        close
  video:interacted    Media                     MediaEvent              Unmuted      close
`)

function rows(text: string): VerbRow[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.map((line) => {
    const [verb = '', on = '', event = '', action, match] = line.trim().split(/ +/)
    return {
      verb,
      on: (groups[on] ?? on).split(','),
      event,
      ...(action !== '-' && { action: action! }),
      match: match as Match,
    }
  })
}
