export { personId } from '../../event/person-sql'
