import { vocabulary } from './vocabulary'

/** Caliper 1.2, appendix Actions: 80 terms, in the order of the alphabet. */
export const actions = vocabulary(`
  Abandoned Accepted Activated Added Archived Attached Bookmarked ChangedResolution ChangedSize
  ChangedSpeed ChangedVolume Classified ClosedPopout Commented Completed Copied Created
  Deactivated Declined Deleted Described DisabledClosedCaptioning Disliked Downloaded
  EnabledClosedCaptioning Ended EnteredFullScreen ExitedFullScreen ForwardedTo Graded Hid
  Highlighted Identified JumpedTo Launched Liked Linked LoggedIn LoggedOut MarkedAsRead
  MarkedAsUnread Modified Muted NavigatedTo OpenedPopout OptedIn OptedOut Paused Posted Printed
  Published Questioned Ranked Recommended Removed Reset Restarted Restored Resumed Retrieved
  Returned Reviewed Rewound Saved Searched Sent Shared Showed Skipped Started Submitted
  Subscribed Tagged TimedOut Unmuted Unpublished Unsubscribed Uploaded Used Viewed
`)

/**
 * The official material spells three of them two ways: the tables of ThreadEvent and MessageEvent
 * against the appendix, and the JSON-LD contexts against all the rest. Both spellings conform.
 */
export const actionSynonyms: ReadonlyMap<string, string> = new Map([
  ['MarkedAsUnRead', 'MarkedAsUnread'],
  ['EnabledCloseCaptioning', 'EnabledClosedCaptioning'],
  ['DisabledCloseCaptioning', 'DisabledClosedCaptioning'],
])
