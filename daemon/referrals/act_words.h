/* act_words.h: whether what somebody says by an act may be said at all (act.h): texts, and a verdict on entries that changed. Pure; any thread. */
#ifndef KORDON_DAEMON_REFERRALS_ACT_WORDS_H
#define KORDON_DAEMON_REFERRALS_ACT_WORDS_H

#include "daemon/referrals/act.h"

/* BAD_VALUE names the text that is missing, too long, or harms; needed: it may not be "". */
enum reason referral_check_words(const struct referral_act *act, bool needed, struct failure *failure);
enum reason referral_check_report(const struct referral_report *report, struct failure *failure);

/* A copy of the act's, which were checked. */
void referral_keep_words(const struct referral_act *act, char kept[static REFERRAL_TEXT_SIZE]);

/* BAD_VALUE: no verdict, no reason, a hit that does not say which of several candidates it means, or one on what is not what was matched that does not say
 * so. REFERRAL_STATE: he was not shown whom he means. */
enum reason referral_check_verdict(struct referral_act *act, struct failure *failure);

/* Of the candidates at hand those whose references he was shown: a bit for each. */
uint64_t referral_references_shown(const struct referral_act *act);

/* Of whom a hit means, else of the candidate whose entry is the least changed, of those whom he looked at: one that is the same is enough for a hit. */
enum entry_since referral_least_changed(const struct referral_act *act);

#endif
