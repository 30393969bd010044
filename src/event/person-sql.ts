/**
 * The SQL is the actor's id where the actor is a person, else NULL. Software acts as well (grades,
 * synchronises), by its type or as the application in use; an organization or a group is many people.
 * Who has no type counts as a person: most senders give none, or an Agent (xAPI).
 */
export const personId = `CASE
      WHEN lower(coalesce(actor_type, '')) LIKE '%software%' THEN NULL
      WHEN actor_type IN ('Organization', 'CourseOffering', 'CourseSection', 'Group') THEN NULL
      WHEN actor_id = ed_app_id THEN NULL
      ELSE actor_id
    END`
