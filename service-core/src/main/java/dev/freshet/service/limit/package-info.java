/// How often somebody may do something: token buckets, in Redis where replicas must count together, else in
/// memory.
///
/// They are our own. Bucket4j was looked at: its buckets in Redis need Lettuce, Jedis or Redisson, a second
/// client that would have to find primaries beside [dev.freshet.service.redis.RedisLink]; and in memory one of
/// its buckets is several objects, of which a pod would hold three per connection, where one number is enough.
/// Nor does Caffeine earn its place (and its reflection, in a native image) for the one bounded map that is
/// needed here.
@NullMarked
package dev.freshet.service.limit;

import org.jspecify.annotations.NullMarked;
