/* commands.c: the table of kordonctl's commands. */
#include "tools/kordonctl/kordonctl.h"
#include "tools/kordonctl/referral_find.h"

#define TRANSACTION_OPTIONS                                                                                  \
    OPTION_SCANNER, OPTION_FINGER, OPTION_IMAGE, OPTION_PPI, OPTION_DEVICE, OPTION_PURPOSE,                  \
        OPTION_LEGAL_BASIS, OPTION_OFFICER, OPTION_AGE_BAND, OPTION_JUSTIFICATION, OPTION_RECEIPT,           \
        OPTION_TRAVELLER_GROUP, OPTION_ACCOMPANIED, OPTION_DOCUMENT, OPTION_CASE_NUMBER, OPTION_REDRESS,     \
        OPTION_MISSING_FINGERS, OPTION_EXCEPTION, OPTION_DUE

/* name, arguments, words, options, needs, role without a daemon, function, help, reads, check */
const struct command commands[] = {
    {"init", "", 0, 0, NULL, NEED_CONFIGURATION, 0, command_init,
        "Make the machine key where there is none, the empty watchlist and the log; print the log's verifier "
        "key. Give that line to those who will audit."},
    {"status", "", 0, 0, NULL, NEED_DAEMON, 0, command_status,
        "Whether kordond serves, whether identification is armed and, if not, why."},
    {"scanners", "", 0, 0, NULL, NEED_DAEMON, 0, command_scanners, "The readers and their states."},
    {"identify", "", 0, 0, TAKES(TRANSACTION_OPTIONS), NEED_DAEMON, 0, command_identify,
        "Compare one traveller with the watchlist: capture from a scanner, or submit an image for each "
        "finger. "
        "Exits 0 for a match, 1 for no match, 2 where it is inconclusive.",
        NULL, command_transaction_check},
    {"verify", "", 0, 0,
        TAKES(TRANSACTION_OPTIONS, OPTION_REFERENCE, OPTION_REFERENCE_PPI, OPTION_REFERENCE_FORMAT),
        NEED_DAEMON, 0, command_verify,
        "Compare one finger with the reference that the traveller carries. Exit codes as for identify.", NULL,
        command_transaction_check},
    {"transaction list", "", 0, 0, TAKES(OPTION_JUSTIFICATION), NEED_DAEMON, 0, command_transaction_list,
        "The transactions that kordond's memory knows, newest first: your own, or all for a supervisor, "
        "whose look is recorded."},
    {"transaction show", "ID", 1, 1, TAKES(OPTION_JUSTIFICATION), NEED_DAEMON, 0, command_transaction_show,
        "One transaction, as long as the log has it; another's is shown to a supervisor, and that is "
        "recorded."},
    {"transaction receipt", "ID", 1, 1, TAKES(OPTION_JUSTIFICATION, OPTION_OUT), NEED_DAEMON, 0,
        command_transaction_receipt, "The receipt of the entry that ended it: proof that it is in the log.",
        NULL, command_log_out_check},
    {"transaction evidence", "ID", 1, 1, TAKES(OPTION_RECIPIENT, OPTION_JUSTIFICATION, OPTION_OUT),
        NEED_DAEMON, 0, command_transaction_evidence,
        "What the state that asked for a readmission is handed: the decision's receipt in the file --out, "
        "and "
        "what it says; --recipient, --justification and --out are mandatory. It is recorded before.",
        NULL, command_log_out_check},
    {"referral list", "", 0, 0, NULL, NEED_DAEMON, 0, command_referral_list,
        "The matches that people verify, or have verified, as far as you may know of them: what can't wait, "
        "then "
        "what is due first, then what is decided. Exits 1 where one of them is overdue."},
    {"referral show", "ID", 1, 1, NULL, NEED_DAEMON, 0, command_referral_show,
        "One referral, as far as you may know of it: of another's seat only who has it, until all verdicts "
        "are given.",
        .find = referral_find},
    {"referral take", "ID", 1, 1, NULL, NEED_DAEMON, 0, command_referral_take,
        "Take a seat at it; an entry says so.", .find = referral_find},
    {"referral give-back", "ID", 1, 1, NULL, NEED_DAEMON, 0, command_referral_give_back,
        "Give your seat back before your verdict. Who has judged the probe does not take it again.",
        .find = referral_find},
    {"referral hand-over", "ID PERSON", 2, 2, NULL, NEED_DAEMON, 0, command_referral_hand_over,
        "Hand your seat to another person of the register, who begins anew.", .find = referral_find},
    {"referral free", "ID [PERSON]", 1, 2, TAKES(OPTION_REASON), NEED_DAEMON, 0, command_referral_free,
        "Free, as a supervisor without a part in it, the seat of PERSON, who does not come, with a --reason; "
        "without PERSON "
        "that of whom the register does not have any more, or who alone has one. He does not come back to "
        "it.",
        .find = referral_find},
    {"referral pictures", "ID", 1, 1, TAKES(OPTION_OUT, OPTION_FINGER), NEED_DAEMON, 0,
        command_referral_pictures,
        "Write the prints into a new folder --out, which is mandatory: the probe's alone, and after your "
        "judgement of them "
        "the reference's, and both side by side with what agrees in them. Each look is recorded.",
        NULL, command_referral_pictures_check, .find = referral_find},
    {"referral judge", "ID [JUDGEMENT]", 1, 2, TAKES(OPTION_REASON), NEED_DAEMON, 0, command_referral_judge,
        "Judge the probe, seen alone: usable, limited or not_usable, which need a --reason. You are asked "
        "for what you "
        "don't say.",
        .find = referral_find},
    {"referral verdict", "ID [VERDICT [ENTRY]]", 1, 3, TAKES(OPTION_REASON, OPTION_CANDIDATE), NEED_DAEMON, 0,
        command_referral_verdict,
        "Give your verdict: hit, false_positive or inconclusive, with its --reason. You are asked for what "
        "you don't say; "
        "nothing is presumed. Where there are several candidates a hit names the --candidate that it means. "
        "A hit on an entry that is not what the machine compared with says ENTRY: "
        "changed "
        "or gone.",
        .find = referral_find},
    {"referral override", "ID [VERDICT [ENTRY]]", 1, 3, TAKES(OPTION_REASON, OPTION_CANDIDATE), NEED_DAEMON,
        0, command_referral_override,
        "Decide, as a supervisor without a part in it, where verdicts differ or the referral is overdue.",
        .find = referral_find},
    {"referral correct", "ID [VERDICT [ENTRY]]", 1, 3, TAKES(OPTION_REASON, OPTION_CANDIDATE), NEED_DAEMON, 0,
        command_referral_correct, "Correct, as a supervisor, what was decided; both stay in the log.",
        .find = referral_find},
    {"referral report", "ID", 1, 1,
        TAKES(OPTION_PLACE, OPTION_TIME, OPTION_REASON, OPTION_ROUTE, OPTION_COMPANIONS, OPTION_VEHICLE,
            OPTION_OBJECTS),
        NEED_DAEMON, 0, command_referral_report,
        "Report of a silent referral what was seen: --place is mandatory. It goes into the log alone.", NULL,
        command_referral_report_check, .find = referral_find},
    {"referral claim-protection", "ID", 1, 1, NULL, NEED_DAEMON, 0, command_referral_claim_protection,
        "Record that the traveller asks for protection: it takes a protection officer from now on. Of a "
        "match that is not his yet an examiner or a supervisor types it: a protection officer is not shown "
        "it before.",
        .find = referral_find},
    {"redress add", "REFERRAL", 1, 1,
        TAKES(OPTION_DOCUMENT, OPTION_UNTIL, OPTION_REASON, OPTION_CONSENT, OPTION_FINGER, OPTION_IMAGE,
            OPTION_PPI, OPTION_LANGUAGE, OPTION_OUT, OPTION_REPLACE),
        NEED_DAEMON, 0, command_redress_add,
        "Make a case for a traveller whom people told apart from those for whom he was taken, as a "
        "supervisor without a part in it, and print the letter with its number, which stands nowhere else. "
        "Mandatory: --document, the one named when he crossed; --until, the case's last day; --reason. With "
        "--consent, his, --finger and --image keep his fingers, by which alone he is not referred again.",
        NULL, command_redress_add_check, .find = referral_find},
    {"redress finger", "NUMBER", 1, 1, TAKES(OPTION_FINGER, OPTION_IMAGE, OPTION_PPI), NEED_DAEMON, 0,
        command_redress_finger,
        "Keep fingers for a case whose person consents: --finger and its --image. After three that are like "
        "an entry's it takes no more.",
        NULL, command_redress_finger_check},
    {"redress show", "NUMBER|MARK", 1, 1, TAKES(OPTION_JUSTIFICATION, OPTION_RECIPIENT), NEED_DAEMON, 0,
        command_redress_show,
        "All that is kept about a case, by its number or by what the log calls it, to answer the person; "
        "recorded as a disclosure, or as a question where there is no such case. --justification is "
        "mandatory.",
        NULL, command_redress_justified_check},
    {"redress remove", "NUMBER|MARK", 1, 1, TAKES(OPTION_JUSTIFICATION), NEED_DAEMON, 0,
        command_redress_remove,
        "End a case: what was kept for it goes, and the person is referred again. --justification is "
        "mandatory.",
        NULL, command_redress_justified_check},
    {"watchlist import", "FILE", 1, 1,
        TAKES(OPTION_JUSTIFICATION, OPTION_DRY_RUN, OPTION_ALLOW_EMPTY, OPTION_REPLACE_LIST,
            OPTION_LIST_POOR_PRINTS),
        NEED_STATE, ROLE_SUPERVISOR, command_watchlist_import,
        "Install a manifest with its templates or images as the new list, whole or not at all. Everything "
        "that is wrong with it is said in one pass."},
    {"watchlist cancel", "", 0, 0, NULL, NEED_DAEMON, 0, command_watchlist_cancel,
        "End the import under way, whoever began it; the list in force stays."},
    {"watchlist list", "", 0, 0, TAKES(OPTION_IDENTITY, OPTION_JUSTIFICATION), NEED_STATE,
        ROLE_SUPERVISOR | ROLE_EXAMINER, command_watchlist_list, "Ids, categories and dates of the entries."},
    {"watchlist show", "ID", 1, 1, TAKES(OPTION_IDENTITY, OPTION_JUSTIFICATION), NEED_STATE,
        ROLE_SUPERVISOR | ROLE_EXAMINER, command_watchlist_show, "One entry."},
    {"watchlist erase", "ID", 1, 1, TAKES(OPTION_JUSTIFICATION), NEED_STATE, ROLE_SUPERVISOR,
        command_watchlist_erase, "Erase one entry for ever; --justification is mandatory."},
    {"watchlist check", "", 0, 0, NULL, NEED_READING, ROLE_SUPERVISOR | ROLE_AUDITOR, command_watchlist_check,
        "Open every record and say what is wrong; exits 1 where something is."},
    {"watchlist duplicates", "", 0, 0, NULL, NEED_DAEMON, 0, command_watchlist_duplicates,
        "Who is on the list twice, as prints say: one person under two names, or one file under two people. "
        "kordond looks for it behind each import, which is not refused because of it."},
    {"mode show", "", 0, 0, NULL, NEED_DAEMON, 0, command_mode_show,
        "Whether identification is armed, and in which respects the crossing point works with less than it "
        "should: since when, by whom, why, until when and what to do."},
    {"mode suspend", "", 0, 0, TAKES(OPTION_UNTIL, OPTION_REASON), NEED_DAEMON, 0, command_mode_suspend,
        "Suspend capture, for six hours at most; --until and --reason are mandatory. It resumes by itself."},
    {"mode resume", "", 0, 0, NULL, NEED_DAEMON, 0, command_mode_resume, "Resume capture before its time."},
    {"policy show", "", 0, 0, TAKES(OPTION_PROPOSAL, OPTION_TEXT, OPTION_OUT), NEED_DAEMON, 0,
        command_policy_show,
        "The policy in force, or with --proposal the proposed one: what it is called, its version and "
        "SHA-256; "
        "with --text the file itself.",
        NULL, command_policy_show_check},
    {"policy diff", "", 0, 0, NULL, NEED_DAEMON, 0, command_policy_diff,
        "What the proposed policy would change, key by key, who proposed it and why."},
    {"policy propose", "FILE", 1, 1, TAKES(OPTION_BECAUSE), NEED_DAEMON, 0, command_policy_propose,
        "Propose a policy, in place of any proposal; --because is mandatory. What is in force stays until "
        "another person approves it.",
        NULL, command_policy_check_act},
    {"policy approve", "HASH", 1, 1, TAKES(OPTION_BECAUSE), NEED_DAEMON, 0, command_policy_approve,
        "Put the proposed policy of that SHA-256 in force, as another person than who proposed it; --because "
        "is "
        "mandatory.",
        NULL, command_policy_check_named_act},
    {"policy withdraw", "HASH", 1, 1, TAKES(OPTION_BECAUSE), NEED_DAEMON, 0, command_policy_withdraw,
        "Take the proposal of that SHA-256 back; --because is mandatory.", NULL,
        command_policy_check_named_act},
    {"policy check", "FILE", 1, 1, TAKES(OPTION_AGAINST), NEED_NOTHING, 0, command_policy_check,
        "Read a policy strictly, a file or a preset, without kordond; with --against say what differs from "
        "another one."},
    {"selftest", "", 0, 0, TAKES(OPTION_OFFICER), NEED_DAEMON, 0, command_selftest,
        "Whether this post still compares as it was proven to: prints that nobody has, of one finger and of "
        "two, go the way of a traveller's. Exits 0 where it passed, 1 where it failed, 2 where it could not "
        "be run to its end; it is recorded in the log."},
    {"manual form", "", 0, 0, NULL, NEED_NOTHING, 0, command_manual_form,
        "Print the form on which travellers are recorded while nothing else can be: without biometrics, name "
        "or document number."},
    {"manual enter", "", 0, 0,
        TAKES(OPTION_FILE, OPTION_TIME, OPTION_OFFICER, OPTION_TRAVELLER_GROUP, OPTION_PURPOSE,
            OPTION_LEGAL_BASIS, OPTION_OUTCOME, OPTION_REASON, OPTION_STAMP),
        NEED_DAEMON, 0, command_manual_enter,
        "Enter what was recorded on the form: of one traveller by options, or a file of them. Says for each "
        "whether it lies in a time without storage that kordond knows.",
        NULL, command_manual_enter_check},
    {"notice", "PURPOSE", 1, 1, TAKES(OPTION_LANGUAGE), NEED_DAEMON, 0, command_notice,
        "What to show or print for a traveller before his fingerprints are taken: why, by what law, what is "
        "kept, his rights; for children in plain words."},
    {"state upgrade", "", 0, 0, TAKES(OPTION_OLD), NEED_NO_DAEMON, ROLE_SUPERVISOR, command_state_upgrade,
        "Take over the state of an older kordon, checked whole and against the checkpoint of --old where you "
        "kept one; replaces the machine key, so that older copies of the state open no more."},
    {"state accept", "anchor|clock", 1, 1, TAKES(OPTION_JUSTIFICATION), NEED_STATE, ROLE_SUPERVISOR,
        command_state_accept,
        "Go on although the anchor is lost or says otherwise, or with the clock's present time; "
        "--justification is mandatory and stands in the log."},
    {"log verify", "[DIR]", 0, 1, TAKES(OPTION_VKEY, OPTION_OLD, OPTION_ALL), NEED_READING_UNLESS_NAMED,
        ROLE_SUPERVISOR | ROLE_AUDITOR, command_log_verify,
        "Check the whole log, or the export in DIR with nothing but its verifier key, whether matches were "
        "decided by the rules, and say what could not be checked. Exits 1 with the first broken entry and "
        "why."},
    {"log show", "[SEQ]", 0, 1,
        TAKES(OPTION_FROM, OPTION_COUNT, OPTION_SINCE, OPTION_UNTIL, OPTION_EVENT, OPTION_OFFICER,
            OPTION_PURPOSE, OPTION_DECISION, OPTION_TRANSACTION, OPTION_FOLLOW, OPTION_BRIEF, OPTION_EXPORT,
            OPTION_VKEY, OPTION_OLD),
        NEED_READING_UNLESS_EXPORT, ROLE_SUPERVISOR | ROLE_AUDITOR, command_log_show,
        "Show one entry, or --count entries, the newest first: all, or those of a time, event, officer, "
        "purpose, decision or transaction; of this post's log, or of an --export alone.",
        "entries", command_log_show_check},
    {"log referrals", "DIR", 1, 1, TAKES(OPTION_VKEY, OPTION_OLD, OPTION_TRANSACTION), NEED_NOTHING, 0,
        command_log_referrals,
        "What people made of each match, from the export in DIR alone, which is verified first: who did what "
        "when, what each found, and whether the rules allow it. Exits 1 where a rule is broken."},
    {"figures", "[DIR]", 0, 1, TAKES(OPTION_MONTH, OPTION_VKEY), NEED_READING_UNLESS_NAMED,
        ROLE_SUPERVISOR | ROLE_AUDITOR, command_figures,
        "A month's figures by purpose, without anything personal: of this post's log, or of the export in "
        "DIR, "
        "which is verified first. Small counts are told as <5; --month is mandatory.",
        "figures", command_figures_check},
    {"log export", "DIR", 1, 1, TAKES(OPTION_WITHHOLD), NEED_READING, ROLE_SUPERVISOR | ROLE_AUDITOR,
        command_log_export,
        "Write the log as tlog-tiles, with its verifier key, into DIR, which must not exist.", "files",
        command_log_export_check},
    {"log prove", "SEQ", 1, 1, TAKES(OPTION_OUT), NEED_READING, ROLE_SUPERVISOR | ROLE_AUDITOR,
        command_log_prove, "The receipt of an entry: proof that it is in the log.", "receipt",
        command_log_out_check},
    {"log verify-receipt", "FILE", 1, 1, TAKES(OPTION_VKEY), NEED_NOTHING, 0, command_log_verify_receipt,
        "Check a receipt with nothing but the verifier key."},
    {"log holds", "", 0, 0, NULL, NEED_DAEMON, 0, command_log_holds,
        "Transactions whose entries are held, so that retention does not erase them."},
    {"log hold", "TRANSACTION|SEQ", 1, 1, TAKES(OPTION_REASON), NEED_DAEMON, 0, command_log_hold,
        "Hold what the log says of a transaction, or one entry, while a proceeding needs it; --reason is "
        "mandatory.",
        NULL, command_log_hold_check},
    {"log release", "TRANSACTION|SEQ", 1, 1, TAKES(OPTION_REASON), NEED_DAEMON, 0, command_log_release,
        "Lift a hold; --reason is mandatory. What an auditor holds only an auditor lifts.", NULL,
        command_log_hold_check},
    {"log checkpoint", "", 0, 0, TAKES(OPTION_OUT), NEED_READING, ROLE_SUPERVISOR | ROLE_AUDITOR,
        command_log_checkpoint, "The newest signed checkpoint. Keep it elsewhere: it shows a rollback later.",
        NULL, command_log_out_check},
    {"tls authority", "DIR", 1, 1, TAKES(OPTION_NAME, OPTION_DAYS), NEED_NOTHING, 0, command_tls_authority,
        "Make an authority for trials and small posts in DIR: key, certificate and an empty revocation list. "
        "The real certificates of a post come from its authority's own public key infrastructure."},
    {"tls issue", "server|client", 1, 1, TAKES(OPTION_AUTHORITY, OPTION_NAME, OPTION_OUT, OPTION_DAYS),
        NEED_NOTHING, 0, command_tls_issue,
        "Make a key and its certificate, of kordond itself or of a terminal or person, and print what "
        "kordon.conf needs for it; --authority, --name and --out are mandatory."},
    {"tls revoke", "FILE", 1, 1, TAKES(OPTION_AUTHORITY, OPTION_DAYS), NEED_NOTHING, 0, command_tls_revoke,
        "Put this certificate on a new revocation list; --authority is mandatory. The folder issued of the "
        "authority has a copy of each."},
    {"tls crl", "", 0, 0, TAKES(OPTION_AUTHORITY, OPTION_DAYS), NEED_NOTHING, 0, command_tls_crl,
        "Renew the revocation list before its time is over; --authority is mandatory."},
    {"tls show", "FILE", 1, 1, NULL, NEED_NOTHING, 0, command_tls_show,
        "What kordond would take a certificate or revocation list for: whom it names, as proof in "
        "kordon.conf "
        "says it, and until when."},
    {0},
};
