// These are what somebody else's SQL may call on Athena: they compute from what they are given. Left out is what
// tells of the session or the cluster, and what reads elsewhere.
const words = (text: string) => text.trim().split(/\s+/)

const texts = words(`
  chr codepoint concat concat_ws ends_with format from_base64 from_hex from_utf8 hamming_distance length levenshtein_distance lower
  lpad ltrim md5 regexp_count regexp_extract regexp_extract_all regexp_like regexp_position regexp_replace regexp_split replace
  reverse rpad rtrim sha1 sha256 sha512 soundex split split_part split_to_map split_to_multimap starts_with strpos substr
  substring to_base64 to_base64url to_hex to_utf8 translate trim upper url_decode url_encode url_extract_fragment url_extract_host
  url_extract_parameter url_extract_path url_extract_port url_extract_protocol url_extract_query word_stem xxhash64`)

const numbers = words(`
  abs acos asin atan atan2 bit_count bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor cbrt ceil
  ceiling cos cosh degrees e exp floor from_base greatest infinity is_finite is_infinite is_nan least ln log log10 log2 mod nan
  normal_cdf inverse_normal_cdf pi pow power radians rand random round sign sin sinh sqrt tan tanh to_base truncate width_bucket
  wilson_interval_lower wilson_interval_upper`)

const times = words(`
  at_timezone date date_add date_diff date_format date_parse date_trunc day day_of_month day_of_week day_of_year dow doy
  format_datetime from_iso8601_date from_iso8601_timestamp from_unixtime hour human_readable_seconds last_day_of_month millisecond
  minute month now parse_datetime parse_duration quarter second timezone_hour timezone_minute to_iso8601 to_milliseconds
  to_unixtime week week_of_year with_timezone year year_of_week yow`)

const nested = words(`
  all_match any_match array_distinct array_except array_first array_intersect array_join array_last array_max array_min
  array_position array_remove array_sort array_union arrays_overlap cardinality combinations contains contains_sequence element_at
  filter flatten map map_agg map_concat map_entries map_filter map_from_entries map_keys map_values map_zip_with ngrams
  none_match reduce repeat sequence shuffle slice transform transform_keys transform_values trim_array zip zip_with`)

const json = words(`
  is_json_scalar json_array_contains json_array_get json_array_length json_extract json_extract_scalar json_format json_parse json_size`)

const conditions = words('coalesce if nullif try typeof')

const aggregates = words(`
  any_value approx_distinct approx_most_frequent approx_percentile arbitrary array_agg avg bitwise_and_agg bitwise_or_agg
  bool_and bool_or checksum corr count count_if covar_pop covar_samp every geometric_mean histogram kurtosis listagg map_union max
  max_by min min_by multimap_agg numeric_histogram reduce_agg regr_intercept regr_slope skewness stddev stddev_pop
  stddev_samp sum var_pop var_samp variance`)

const windows = words(`
  cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number`)

/** Functions that may be called, in lower case. */
export const functions: ReadonlySet<string> = new Set([
  ...[...texts, ...numbers, ...times, ...nested, ...json, ...conditions, ...aggregates],
  ...windows,
])

/** Types that may be named, in lower case. */
export const types: ReadonlySet<string> = new Set(
  words(`array bigint boolean char date decimal double int integer json map real row smallint time
    timestamp tinyint varbinary varchar`),
)
