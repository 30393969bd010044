/**
 * The SQL is the actor's id where the actor is a person, else NULL. Software acts as well (grades,
 * synchronises), by its type or as the application in use; an organization or a group is many people.
 * Who has no type counts as a person: many senders give none, or an Agent (xAPI). A Person is asked for first, since the
 * other questions are dearer.
 */
export const personId = `CASE
      WHEN actor_id = ed_app_id THEN NULL
      WHEN actor_type = 'Person' THEN actor_id
      WHEN lower(coalesce(actor_type, '')) LIKE '%software%' THEN NULL
      WHEN actor_type IN ('Organization', 'CourseOffering', 'CourseSection', 'Group') THEN NULL
      ELSE actor_id
    END`
