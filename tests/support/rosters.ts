import { strToU8, zipSync } from 'fflate'

/** Texts of files by their names. */
export type RosterFiles = Record<string, string>

const csv = (...rows: string[]) => `${rows.join('\r\n')}\r\n`

const manifest = (version: string, files: string[], more: string[] = []) =>
  csv(
    ...['propertyName,value', 'manifest.version,1.0', `oneroster.version,${version}`],
    ...files.map((name) => `file.${name},bulk`),
    ...['file.demographics,absent', ...more],
  )

/**
 * A district with two schools: `t1` teaches `math` (and has another enrolment that is over), `t2` teaches
 * `art`; `a1` administers the first school, `a0` the district; `s1` and `s2` learn.
 */
export function aRoster(more: RosterFiles = {}): RosterFiles {
  return {
    'manifest.csv': manifest('1.1', ['orgs', 'users', 'classes', 'enrollments']),
    'orgs.csv': csv(
      'sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId',
      'district,,,The District,district,,',
      'north,,,North,school,,district',
      'south,,,South,school,,district',
    ),
    'users.csv': csv(
      'sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password',
      't1,,,true,north,teacher,tina,{LDAP:tina.t},Tina,"Turner, Dr.",,T-100,tina@example.edu,,,,,hush',
      't2,,,true,south,teacher,tom,,Tom,Thumb,,T-200,tom@example.edu,,,,,',
      'a1,,,true,north,administrator,anna,,Anna,Admin,,A-1,anna@example.edu,,,,,',
      'a0,,,true,district,administrator,otto,,Otto,Office,,A-0,otto@example.edu,,,,,',
      's1,,,true,north,student,sara,,Sara,Small,,S-1,sara@example.edu,,,,07,',
      's2,,,true,"north,south",student,sam,,Sam,Short,,S-2,sam@example.edu,,,,07,',
    ),
    'classes.csv': csv(
      'sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods',
      'math,,,"Math 7, ""B""",07,c1,M7,scheduled,,north,term1,,,',
      'art,,,Art,07,c2,A7,scheduled,,south,term1,,,',
      'old,,,Old,07,c1,O7,scheduled,,north,term0,,,',
    ),
    'enrollments.csv': csv(
      'sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate',
      'e1,,,math,north,t1,teacher,true,,',
      'e2,,,math,north,s1,student,false,,',
      'e3,,,math,north,s2,student,false,,',
      'e4,,,art,south,t2,teacher,true,,',
      'e5,,,art,south,s2,student,false,,',
      'e6,,,old,north,t1,teacher,true,2019-08-01,2020-06-30',
    ),
    ...more,
  }
}

/** The same in 1.2, where roles have a file of their own. */
export function aRoster12(): RosterFiles {
  const users = aRoster()['users.csv']!.trim().split('\r\n')
  const files = ['orgs', 'users', 'roles', 'classes', 'enrollments']
  return aRoster({
    'manifest.csv': manifest('1.2', files, ['file.userProfiles,absent']),
    'users.csv': csv(
      'sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,identifier,email,userMasterIdentifier,primaryOrgSourcedId',
      ...users.slice(1).map((row) => {
        const id = row.slice(0, 2)
        return `${id},,,true,${id},,Given,Family,${id.toUpperCase()},${id}@example.edu,m-${id},north`
      }),
    ),
    'roles.csv': csv(
      'sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId',
      'r1,,,t1,primary,teacher,,,north,',
      'r2,,,a1,primary,siteAdministrator,,,north,',
      'r3,,,a0,primary,districtAdministrator,,,district,',
      'r4,,,t2,secondary,principal,2019-01-01,2020-01-01,north,',
      'r5,,,s1,primary,student,,,north,',
    ),
  })
}

export function rosterZip(files: RosterFiles): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(files).map(([name, text]) => [name, strToU8(text)] as const)
  return zipSync(Object.fromEntries(entries)) as Uint8Array<ArrayBuffer>
}
