import { dictionary } from './dictionary'

/**
 * The second dictionary has the names that learning platforms give to what Caliper leaves to them, the
 * members that senders write though they are empty, and the columns as they are written today; what the
 * first has stands between. It has words of the standards and of platforms, and no event: what it saves
 * is measured with events whose words it does not have (`tools/cost/`).
 *
 * It is frozen, like the first.
 */
export const secondDictionary = [
  // xAPI 2.0, cmi5 and usual profiles
  '"version":"2.0.0"http://adlnet.gov/expapi/verbs/attempted"http://adlnet.gov/expapi/verbs/initialized"http://adlnet.gov/expapi/verbs/terminated"',
  'http://adlnet.gov/expapi/verbs/passed"http://adlnet.gov/expapi/verbs/failed"http://adlnet.gov/expapi/verbs/interacted"http://id.tincanapi.com/verb/viewed"',
  'http://adlnet.gov/expapi/activities/cmi.interaction","interactionType":"choice","correctResponsesPattern":["http://adlnet.gov/expapi/activities/assessment"',
  'https://w3id.org/xapi/video/extensions/time":https://w3id.org/xapi/cmi5/context/categories/cmi5"https://w3id.org/xapi/cmi5/context/extensions/sessionid":"',
  'http://id.tincanapi.com/activitytype/lms/course"http://id.tincanapi.com/activitytype/source"http://lrs.learninglocker.net/define/extensions/info":{',
  // Native
  '"sequence":"schema_version":"event_version":"device":{"platform":"browser":"course_id":"page":{"path":"referrer":"metadata":{"context":{"payload":{',
  // Browsers, as senders pass them on
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  '"userAgent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36","ipAddress":"',
  // Caliper 1.0, whose members are written though they are empty
  '"@context":"http://purl.imsglobal.org/ctx/caliper/v1/Context","@type":"http://purl.imsglobal.org/caliper/v1/lis/Person","@id":"https://',
  '"http://purl.imsglobal.org/caliper/v1/Attempt"http://purl.imsglobal.org/caliper/v1/AssignableDigitalResource"http://purl.imsglobal.org/caliper/v1/lis/CourseOffering',
  '","action":"http://purl.imsglobal.org/vocab/caliper/v1/action#Viewed","objectType":[],"alignedLearningObjective":[],"datePublished":null,"version":null,',
  '"dateToActivate":null,"dateToShow":null,"dateToStartOn":null,"dateToSubmit":null,"maxAttempts":1,"maxSubmits":0,"maxScore":100,"isPartOf":null,',
  '"normalScore":0,"penaltyScore":0,"extraCreditScore":0,"totalScore":0,"curvedTotalScore":0,"curveFactor":0,"comment":null,"scoredBy":',
  '"endedAtTime":null,"duration":null,"academicSession":null,"subOrganizationOf":null,"courseNumber":null,"target":null,"generated":null,"federatedSession":null,',
  '"name":null,"description":null,"extensions":{},"dateCreated":null,"dateModified":null,"creators":[],"learningObjectives":[],"keywords":[],"members":[],',
  // Blackboard
  '/v1/sites/\u0001#/unknown/unknown","type":"Chapter/gradableItems/_1_1/attempts/_1_1/applications/learn","type":"SoftwareApplication","extensions":{}},',
  '"bb:group.users":"bb:request.headers":{"bb:course.id":"_1_1","bb:course.externalId":"bb:user.id":"_1_1","bb:user.externalId":"/sessions/\u0004/users/\u0003',
  // Canvas
  '"workflow_state":"active","is_announcement":false,"lock_at":"updated_at":"enrollment_id":"submission_type":"points_possible":"grade":"filename":"folder_id":"',
  'urn:instructure:canvas:assignment:urn:instructure:canvas:submission:urn:instructure:canvas:quiz:urn:instructure:canvas:discussion:urn:instructure:canvas:wikiPage:',
  'urn:instructure:canvas:attachment:urn:instructure:canvas:enrollment:"http_method":"GET","asset_subtype":"asset_name":"asset_type":"course","context_account_id":"',
  '"com.instructure.canvas":{"user_login":"user_sis_id":"root_account_id":"root_account_lti_guid":".instructure.com","root_account_uuid":"',
  '"},"group":{"id":"urn:instructure:canvas:course:","type":"CourseOffering","extensions":{"com.instructure.canvas":{"context_type":"Course","entity_id":"',
  '"membership":{"id":"urn:instructure:canvas:course::Learner:","type":"Membership","member":{"id":"urn:instructure:canvas:user:","type":"Person"},',
  '"organization":{"id":"urn:instructure:canvas:course:","type":"CourseOffering"},"roles":["Learner"]},"session":{"id":"urn:instructure:canvas:session:\u0003","type":"Session"},',
  '"extensions":{"com.instructure.canvas":{"hostname":".instructure.com","request_id":"\u0001#","user_agent":"","client_ip":"","request_url":"https://',
  '.instructure.com/api/v1/courses//modules/items//quizzes//assignments//submissions//discussion_topics/?module_item_id=","version":"1.0.0"}}}',
  // Places of things in learning platforms
  '/mod/forum/discuss.php?d=/mod/quiz/attempt.php?attempt=/mod/assign/view.php?id=/course/view.php?id=/user/profile.php?id=',
  '/organizations//institutions//enrollments//rosters//members//groups//sections//terms//pages//files//forums//threads//messages//topics//attempts//questions//items/',
  '.instructure.com/.blackboard.com/.moodlecloud.com/.brightspace.com/.example.edu/.example.org/https://www.https://lms.https://canvas.https://moodle.https://learn.',
  dictionary,
  // The columns of a record today: times are days, and differences are not written
  'deprecated","invalid_id","invalid_iri","not_a_term","wrong_type","wrong_entity","unknown_type","unknown_role","unknown_property"],true,"2026-',
  '"SoftwareApplication",null,"Assessment","Attempt","Course","Instructor"],"Administrator"],null,null,null,null,null,null,"standard","standard",',
  '["event","caliper","1.1","NavigationEvent","NavigatedTo",null,"Person",null,"Entity",null,null,null,["Learner"],null,null,null,null,null,null,"standard","standard",true,[],true,"2026-',
  'T00:00:00.000Z",30,"2026-","urn:uuid:\u0001!","https://',
  '",null,0,0,null,null,null,0,["\u0001#","key_","192.0.2.1","Mozilla/5.0 (compatible; ',
  ')"]]\n{"@context":"http://purl.imsglobal.org/ctx/caliper/v1p2","id":"urn:uuid:\u0001!","type":"',
].join('')
