/**
 * The dictionary has what events say again and again, for zlib's preset dictionary (RFC 1950, 2.2):
 * a short text is packed to half of what it would be alone. The most frequent stands last, where a
 * reference to it is shortest.
 *
 * The dictionary is frozen: items that were packed with it are unpacked with it. A better one gets
 * the next number in `body.ts`, beside this one.
 */
export const dictionary = [
  // xAPI 1.0.3
  '{"objectType":"Activity","id":"http://adlnet.gov/expapi/verbs/experienced"http://adlnet.gov/expapi/verbs/answered',
  'http://adlnet.gov/expapi/verbs/completed","display":{"en-US":"completed"}},"object":{"objectType":"Activity","id":"https://',
  'http://adlnet.gov/expapi/activities/course","definition":{"name":{"en":"type":"http://adlnet.gov/expapi/activities/',
  '"actor":{"objectType":"Agent","account":{"homePage":"https://","name":"mbox":"mailto:"verb":{"id":"',
  '"result":{"score":{"scaled":0.,"raw":,"min":0,"max":100},"success":true,"completion":true,"response":"duration":"PT',
  '"context":{"registration":"contextActivities":{"parent":[{"grouping":[{"category":[{"platform":"language":"statement":',
  '"authority":{"stored":"timestamp":"version":"1.0.3"',
  // Native
  '{"event_type":"timestamp":"user_id":"session_id":"event_id":"properties":{"source":"url":"page_view","click","title":"',
  // Caliper 1.2: profiles, events, actions
  'AnnotationProfile","AssignableProfile","FeedbackProfile","GeneralProfile","ResourceManagementProfile","SearchProfile',
  'SurveyProfile","ToolLaunchProfile","ToolUseProfile","ForumProfile","GradingProfile","SessionProfile","MediaProfile',
  'ResourceManagementEvent","QuestionnaireItemEvent","QuestionnaireEvent","SurveyInvitationEvent","SurveyEvent',
  'ToolLaunchEvent","ToolUseEvent","AnnotationEvent","FeedbackEvent","ForumEvent","ThreadEvent","MessageEvent","SearchEvent',
  'Bookmarked","Highlighted","Shared","Tagged","Commented","Ranked","Subscribed","Unsubscribed","Posted","MarkedAsRead',
  'MarkedAsUnRead","Searched","OptedIn","OptedOut","Accepted","Declined","Sent","Launched","Returned","Used","Activated',
  'Deactivated","Copied","Created","Deleted","Modified","Published","Printed","Uploaded","Downloaded","Retrieved","Archived',
  'Reviewed","Skipped","Reset","Restarted","Ended","JumpedTo","Muted","Unmuted","ForwardedTo","ChangedVolume","Paused","Resumed',
  'TimedOut","LoggedOut","LoggedIn","Evaluated","Graded","Submitted","Completed","Started","NavigatedTo","Viewed',
  // Caliper 1.2: entities and their properties
  '"type":"AggregateMeasureCollection","items":[{"type":"AggregateMeasure","metric":"MinutesOnTask","metricValue":,"maxMetricValue":',
  '"type":"HighlightAnnotation","annotator":"annotated":"selection":{"type":"TextPositionSelector","start":,"end":},"selectionText":"',
  '"type":"Query","creator":"searchTerms":"type":"SearchResponse","searchProvider":"searchTarget":"query":{"searchResultsItemCount":',
  '"type":"LtiLink","messageType":"LtiResourceLinkRequest","federatedSession":{"type":"LtiSession","messageParameters":{"iss":"',
  '"https://purl.imsglobal.org/spec/lti/claim/context":{"id":"nonce":"azp":"roles":["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner',
  '"type":"Questionnaire","type":"Survey","items":["type":"Comment","commenter":"commentedOn":"value":"type":"Rating","rater":"rated":"scale":{',
  '"type":"Thread","type":"Forum","type":"Message","creators":[{"id":"body":"attachments":["replyTo":{"id":"',
  '"type":"VideoObject","mediaType":"video/mp4","duration":"PT1H"type":"AudioObject","target":{"id":"type":"MediaLocation","currentTime":"PT',
  '"type":"Frame","index":"type":"Chapter","type":"WebPage","referrer":{"id":"type":"DigitalResourceCollection","type":"DigitalResource","type":"Document',
  '"storageName":"version":"alternateId":"otherIdentifiers":[{"type":"SystemIdentifier","identifierType":"SisSourcedId","identifier":"source":"',
  '"type":"FillinBlankResponse","type":"MultipleChoiceResponse","type":"SelectTextResponse","type":"TrueFalseResponse","attempt":{"values":["value":"',
  '"type":"AssessmentItem","isTimeDependent":false,"type":"Assessment","maxAttempts":,"maxScore":,"maxSubmits":"dateToSubmit":"dateToActivate":"dateToShow":"dateToStartOn":"datePublished":"',
  '"type":"AssignableDigitalResource","type":"Score","scoreGiven":,"scoredBy":{"comment":"auto-graded","type":"Result","totalScore":',
  '"generated":{"id":"type":"Attempt","assignee":"assignable":"count":1,"dateCreated":"dateModified":"startedAtTime":"endedAtTime":"duration":"PT',
  '"type":"Group","type":"Organization","subOrganizationOf":{"id":"type":"CourseOffering","type":"CourseSection","courseNumber":"academicSession":"category":"',
  '"roles":["Instructor","Administrator","ContentDeveloper","Mentor","TeachingAssistant","status":"Inactive',
  '"type":"SoftwareApplication","name":"host":"userAgent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/ Safari/537.36"ipAddress":"',
  // The columns of a record, as `body.ts` writes them
  '["entity","1.1","native",null,"xapi","1.0.3","pii","sensitive","system",false,["unknown_property"',
  'key_","User-Agent","caliper-java/caliper-php/python-requests/Canvas","Moodle',
  // An event, from its first character to its last
  '["event","caliper","1.2","ViewEvent","Viewed","ReadingProfile","AssignableEvent","AssessmentItemEvent","AssessmentEvent","AssessmentProfile","GradeEvent","MediaEvent","SessionEvent","NavigationEvent",',
  '"Person",null,"Page",null,null,null,["Learner"],null,null,null,null,null,null,null,"standard","standard",true,[],0,',
  '"2026-12-01T00:00:00.000Z","urn:uuid:',
  '\n{"@context":"http://purl.imsglobal.org/ctx/caliper/v1p1","http://purl.imsglobal.org/ctx/caliper/v1p2","id":"urn:uuid:","type":"ViewEvent","profile":"ReadingProfile',
  '","actor":{"id":"https://","type":"Person","name":"},"action":"Viewed","object":{"id":"https://","type":"Page","name":"","description":"","keywords":["',
  '"],"isPartOf":{"id":"https://","type":"Document"}},"target":{"id":"https://"},"eventTime":"2026-01-01T00:00:00.000Z","edApp":{"id":"https://",',
  '"type":"SoftwareApplication","name":"","version":""},"group":{"id":"https://","type":"CourseSection","courseNumber":"","academicSession":""},',
  '"membership":{"id":"https://","type":"Membership","member":"https://","organization":"https://","roles":["Learner"],"status":"Active"},',
  '"session":{"id":"https://","type":"Session","user":"https://","startedAtTime":"2026-01-01T00:00:00.000Z"},"extensions":{"',
].join('')
