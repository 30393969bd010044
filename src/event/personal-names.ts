/**
 * It says what a personal value is, and thereby what becomes of it. An `id` stands for the person; a `name`, an
 * `email` and a `detail` describe them; a `machine` is the id of their device, an `address` that of
 * it in a network, an `agent` their browser; a
 * `session` links their events for a while.
 */
export type PersonalKind =
  | 'id'
  | 'name'
  | 'email'
  | 'detail'
  | 'machine'
  | 'address'
  | 'agent'
  | 'birth'
  | 'session'

/*
 * These names are what senders of every standard call such values, in payloads and extensions. They are compared
 * in lower case, without what joins their words.
 */
const names: Readonly<Record<Exclude<PersonalKind, 'session'>, string>> = {
  id: `
    userid useruuid userguid usersisid sisuserid realuserid masqueradinguserid lmsuserid ltiuserid externaluserid
    personid personuuid studentid learnerid pupilid teacherid instructorid actorid authorid graderid assigneeid
    guardianid enrolleduserid recipientid senderid username userlogin uniqueid login loginid userkey
    lispersonsourcedid lisresultsourcedid personsourcedid userprincipalname eppn nationalid
    mbox mboxsha1sum anonymousid
    gradedby scoredby createdby submittedby updatedby assignedby
  `,
  name: `
    firstname givenname lastname familyname surname middlename nickname fullname realname preferredname legalname
    usersname userfullname userdisplayname actorname personname studentname learnername pupilname teachername
    instructorname parentname guardianname authorname sortablename lispersonnamegiven lispersonnamefamily
    lispersonnamefull
  `,
  email: `
    email emailaddress useremail usermail contactemail primaryemail studentemail learneremail parentemail
    teacheremail guardianemail lispersoncontactemailprimary
  `,
  detail: `
    phone phonenumber telephone mobilephone mobilenumber postaladdress streetaddress homeaddress zipcode postalcode
    avatar avatarurl userimage userpicture profilepicture profileimage profilephoto gender ethnicity
    socialsecuritynumber ssn latitude longitude geolocation
  `,
  address: `
    ip ipaddress ipaddr ipv4 ipv6 clientip userip remoteip sourceip remoteaddr remoteaddress clientaddress
    xforwardedfor forwardedfor xrealip
  `,
  machine:
    'deviceid devicetoken deviceuuid advertisingid visitorid fingerprint idfa imei macaddress',
  agent: 'useragent useragentstring browseruseragent httpuseragent',
  birth: 'birthdate birthday dateofbirth dob birthyear yearofbirth',
}

const kinds = new Map<string, PersonalKind>()
for (const [kind, list] of Object.entries(names)) {
  for (const name of list.trim().split(/\s+/)) kinds.set(name, kind as PersonalKind)
}

// Longer names are no words; an IRI of an extension is judged by its end.
const LONGEST = Math.max(...[...kinds.keys()].map(({ length }) => length)) * 2

/**
 * Tells what a member is by its name alone: `user_id`, `userId`, `https://example.org/ext/user-id`, `bb:user.id`.
 * @returns undefined for what is not known as personal
 */
export function personalKindOf(name: string): PersonalKind | undefined {
  const own = lastPart(name)
  if (own.length > LONGEST) return undefined
  // `username` is an id of systems, `user_name` and `userName` are what people are called.
  if (own === 'user_name' || own === 'userName') return 'name'
  return kinds.get(wordsOf(own))
}

/** Writes a name in lower case, without what joins its words. */
export function wordsOf(name: string): string {
  return name.toLowerCase().replace(/[-_. ]/g, '')
}

/** Returns what follows the last `/`, `#` or `:` of a name. */
export function lastPart(name: string): string {
  const at = Math.max(name.lastIndexOf('/'), name.lastIndexOf('#'), name.lastIndexOf(':'))
  return name.slice(at + 1)
}
