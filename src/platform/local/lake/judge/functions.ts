// These are what somebody else's SQL may call: they compute from what they are given. Left out is whatever
// reads files, settings, the catalog or the session (`read_text`, `current_setting`, `duckdb_tables`),
// runs SQL (`query`), takes pointers or states (`arrow_scan`, `finalize`), waits (`sleep_ms`) or names a
// function in a text (`list_aggregate`).
const words = (text: string) => text.trim().split(/\s+/)

const operators = words(`
  ! !~~ !~~* % & && * ** + - -> ->> / // <-> << <=> <@ >> @ @> ^ ^@ | || ~ ~~ ~~* ~~~ !__postfix
  ~ !~ is_distinct_from`)

const texts = words(`
  array_extract array_slice ascii bar bin bit_length char_length character_length chr concat concat_ws contains damerau_levenshtein
  decode editdist3 encode ends_with format format_bytes from_base64 from_hex hamming hash hex instr jaccard
  jaro_similarity jaro_winkler_similarity lcase left left_grapheme len length length_grapheme levenshtein like_escape ilike_escape
  not_like_escape not_ilike_escape lower lpad ltrim md5 md5_number mismatches nfc_normalize octet_length ord parse_dirname
  parse_dirpath parse_filename parse_path position prefix printf regexp_escape regexp_extract regexp_extract_all regexp_full_match
  regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table repeat replace reverse right right_grapheme rpad
  rtrim sha1 sha256 split split_part starts_with str_split str_split_regex string_split string_split_regex string_to_array
  strip_accents strlen strpos substr substring substring_grapheme suffix to_base64 to_hex translate trim ucase unhex unicode
  upper url_decode url_encode`)

const numbers = words(`
  abs acos acosh add asin asinh atan atan2 atanh bit_count cbrt ceil ceiling cos cosh cot degrees divide even exp factorial fdiv
  floor fmod gamma gcd greatest greatest_common_divisor isfinite isinf isnan lcm least least_common_multiple lgamma ln log log10
  log2 mod multiply nextafter pi pow power radians random round round_even roundbankers sign signbit sin sinh sqrt subtract
  tan tanh trunc xor equi_width_bins`)

const times = words(`
  age ago century current_date current_localtime current_localtimestamp date_add date_diff date_part date_sub date_trunc datediff
  datepart datesub datetrunc day dayname dayofmonth dayofweek dayofyear days_in_month decade epoch epoch_ms epoch_ns epoch_us era
  get_current_time get_current_timestamp hour isodow isoyear julian last_day make_date make_time make_timestamp make_timestamp_ms
  make_timestamp_ns make_timestamptz microsecond millennium millisecond minute month monthname nanosecond normalized_interval
  now quarter second strftime strptime time_bucket timezone timezone_hour timezone_minute to_centuries to_days to_decades
  to_hours to_microseconds to_millennia to_milliseconds to_minutes to_months to_quarters to_seconds to_timestamp to_unixtime to_weeks
  to_years today transaction_timestamp try_strptime week weekday weekofyear year yearweek`)

const nested = words(`
  apply array_append array_apply array_cat array_concat array_contains array_distinct array_filter array_grade_up array_has
  array_has_all array_has_any array_indexof array_intersect array_length array_position array_prepend array_reduce array_resize
  array_reverse array_reverse_sort array_select array_sort array_to_string array_transform array_unique array_value array_where
  array_zip cardinality element_at filter flatten grade_up list_any_value list_append list_apply list_avg list_bool_and list_bool_or
  list_cat list_concat list_contains list_count list_distinct list_element list_extract list_filter list_first list_grade_up list_has
  list_has_all list_has_any list_indexof list_intersect list_last list_max list_median list_min list_mode list_pack list_position
  list_prepend list_product list_reduce list_resize list_reverse list_reverse_sort list_select list_slice list_sort list_stddev_pop
  list_stddev_samp list_string_agg list_sum list_transform list_unique list_value list_var_pop list_var_samp list_where list_zip
  map map_concat map_contains map_contains_entry map_contains_value map_entries map_extract map_extract_value map_from_entries
  map_keys map_values reduce row row_to_json struct_concat struct_contains struct_extract struct_extract_at struct_has
  struct_indexof struct_insert struct_keys struct_pack struct_position struct_update struct_values unnest range generate_series
  generate_subscripts`)

const json = words(`
  array_to_json from_json from_json_strict json json_array json_array_length json_contains json_exists json_extract
  json_extract_path json_extract_path_text json_extract_string json_group_array json_group_object json_group_structure json_keys
  json_merge_patch json_object json_pretty json_quote json_structure json_transform json_transform_strict json_type json_valid
  json_value to_json`)

const conditions = words('coalesce constant_or_null error if ifnull nullif switch typeof')

const aggregates = words(`
  any_value approx_count_distinct approx_quantile approx_top_k arbitrary arg_max arg_max_null arg_max_nulls_last arg_min
  arg_min_null arg_min_nulls_last argmax argmin array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count count_if
  count_star countif covar_pop covar_samp entropy favg first fsum geomean geometric_mean group_concat histogram histogram_exact
  kahan_sum kurtosis kurtosis_pop last list listagg mad max max_by mean median min min_by mode product quantile
  quantile_cont quantile_disc regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy
  reservoir_quantile sem skewness stddev stddev_pop stddev_samp string_agg sum sum_no_overflow sumkahan var_pop var_samp variance
  wavg weighted_avg`)

const windows = words(`
  cume_dist dense_rank fill first_value lag last_value lead nth_value ntile percent_rank rank rank_dense row_number`)

/** Functions that may be called in an expression, in lower case as the engine's parser has them. */
export const functions: ReadonlySet<string> = new Set([
  ...[...operators, ...texts, ...numbers, ...times, ...nested, ...json],
  ...[...conditions, ...aggregates, ...windows],
])

/** Functions that may stand after `FROM`. */
export const tableFunctions: ReadonlySet<string> = new Set(
  words('unnest range generate_series json_each json_tree'),
)
