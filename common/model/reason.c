#include "common/model/reason.h"

#include <string.h>
#include <strings.h>

/* As a line of a complaint's history has them. */
static const struct row {
	const char *english, *chinese;
} rows[REASON_COUNT] = {
    [REASON_UNSPECIFIED] = {"", ""},
    [REASON_ORDER_AWAITED] = {"the order is not known yet: its facts are awaited", "尚无订单信息，等待中"},
    [REASON_PAST_WINDOW] = {"past the window: a person decides about admission", "超过期限，人工审核是否受理"},
    [REASON_ACCEPTED] = {"accepted", "已受理"},
    [REASON_JOINED] = {"filed again: joined to the open complaint", "重复提交，已并入原投诉"},
    [REASON_ORDER_DISALLOWS] = {"the order has come and does not allow this complaint", "订单已到，不符合投诉条件"},
    [REASON_ORDER_CAME_PAST_WINDOW] = {"the order has come; past the window: a person decides about admission",
	"订单已到，超过期限，人工审核是否受理"},
    [REASON_ORDER_CAME] = {"the order has come: accepted", "订单已到，已受理"},
    [REASON_ORDER_NEVER_RECORDED] = {"the order was never recorded", "一直没有收到订单信息"},
    [REASON_ADMITTED] = {"admitted by a person", "人工审核后受理"},
    [REASON_NOT_ADMITTED] = {"not admitted: past the window", "超过期限，不予受理"},
    [REASON_ADMITTED_BY_SILENCE] = {"admitted: nobody decided about it in time", "逾期无人审核，自动受理"},
    [REASON_TRIAGED] = {"type, priority and policy are found", "已确定类型、优先级和策略"},
    [REASON_MERCHANT_FIRST] = {"the merchant answers first", "由商家先行答复"},
    [REASON_PLATFORM_FIRST] = {"the platform reviews it at once", "由平台直接审理"},
    [REASON_TRIAGED_ANEW] = {"triaged anew", "重新分类"},
    [REASON_MERCHANT_ANSWERED] = {"the merchant has answered", "商家已答复"},
    [REASON_AUTOMATIC_ANSWER] = {"an automatic answer is told, and stops no clock", "自动回复，不影响计时"},
    [REASON_MERCHANT_SILENT] = {"the merchant was silent: the platform steps in", "商家逾期未答复，平台介入"},
    [REASON_OFFER_ACCEPTED] = {"the offer is accepted and carried out", "方案已接受，开始办理"},
    [REASON_OFFER_ACCEPTED_AS_DONE] = {"the offer is accepted; nothing is left to do", "方案已接受，无需办理"},
    [REASON_OFFER_REFUSED] = {"the offer is refused: the platform reviews", "方案被拒绝，平台审理"},
    [REASON_STEP_IN_ASKED] = {"the complainant asks the platform to step in", "买家申请平台介入"},
    [REASON_OFFER_LAPSED] = {"the offer lapsed: the complainant was silent", "买家逾期未回应，方案失效"},
    [REASON_DEFENCE_STANDS] = {"the defence stands: the complainant did not object", "买家对说明没有异议"},
    [REASON_LATE_ANSWER] = {"a late answer is put before the platform", "商家逾期的答复一并交平台审理"},
    [REASON_COUNTER_OFFER_MADE] = {"a counter-offer is made", "买家提出了自己的方案"},
    [REASON_INSPECTION_ORDERED] = {"an inspector is asked", "已委托鉴定"},
    [REASON_INSPECTION_REPORTED] = {"the inspector has reported", "鉴定方已报告"},
    [REASON_INSPECTOR_SILENT] = {"the inspector was silent: the platform goes on without a report",
	"鉴定方逾期未报告，平台继续审理"},
    [REASON_FINDING_GIVEN] = {"a preliminary finding is told to both sides", "初步认定已告知双方"},
    [REASON_DECIDED] = {"decided, with grounds", "已决定，附依据"},
    [REASON_APPEAL_DECIDED] = {"the appeal is decided", "申诉已决定"},
    [REASON_DECIDED_BY_DEFAULT] = {"platform silent: decided by default for the complainant", "平台逾期未决定，默认支持买家"},
    [REASON_REMEDIES_ORDERED] = {"the remedies are ordered", "已下达处理措施"},
    [REASON_NOTHING_ORDERED] = {"nothing is ordered: the decision ends it", "没有需要办理的处理措施，投诉结束"},
    [REASON_APPEALED] = {"appealed", "已申诉"},
    [REASON_NOBODY_APPEALED] = {"the decision stands: nobody appealed", "无人申诉，决定生效"},
    [REASON_REMEDY_FAILED] = {"a remedy could not be carried out: the platform decides anew", "处理措施无法办理，平台重新决定"},
    [REASON_REMEDIES_DONE] = {"all remedies are done", "处理措施全部办理完成"},
    [REASON_REMEDY_REPORTED] = {"a remedy is reported", "已回报处理措施"},
    [REASON_REMEDY_SILENT] = {"the remedy was not carried out: referred to an outside body", "处理措施逾期未办理，转交外部机构"},
    [REASON_CONFIRMED] = {"confirmed by the complainant", "买家已确认"},
    [REASON_DISPUTED] = {"the complainant disputes the resolution: the platform reviews", "买家提出异议，平台审理"},
    [REASON_CONFIRMED_BY_SILENCE] = {"confirmed by silence", "期限内无异议，视为确认"},
    [REASON_WITHDRAWN] = {"withdrawn by the complainant", "买家撤回"},
    [REASON_SETTLED] = {"settled between the parties", "双方自行和解"},
    [REASON_AMENDED] = {"amended; the earlier version is kept", "已修改，原内容保留"},
    [REASON_EVIDENCE_ADDED] = {"evidence added", "已补充证据"},
    [REASON_EVIDENCE_REQUESTED] = {"evidence is asked for", "要求补充证据"},
    [REASON_URGED] = {"urged by the complainant", "买家催办"},
    [REASON_ASSIGNED] = {"another person owns it now", "已更换负责人"},
    [REASON_ESCALATION_ACKNOWLEDGED] = {"the escalation is acknowledged", "督办已确认"},
    [REASON_RECUSAL_ASKED] = {"recusal is asked for", "申请回避"},
    [REASON_POLICY_MOVED] = {"moved to another policy", "改用另一策略"},
    [REASON_REOPENED] = {"reopened", "重新处理"},
    [REASON_REFERRED] = {"referred to an outside body", "转交外部机构"},
    [REASON_MEASURE_REPORTED] = {"the merchant tells what it has mended", "商家报告改进措施"},
    [REASON_MESSAGE_POSTED] = {"a message", "留言"},
    [REASON_CALL_RECORDED] = {"a phone call is recorded", "已登记通话"},
    [REASON_COUNTER_OFFER_ACCEPTED] = {"the merchant accepts the counter-offer: it is carried out",
	"商家接受了买家的方案，开始办理"},
    [REASON_COUNTER_OFFER_ACCEPTED_AS_DONE] = {"the counter-offer is accepted; nothing is left to do",
	"商家接受了买家的方案，无需另行办理"},
    [REASON_COUNTER_OFFER_REFUSED] = {"the counter-offer is refused: the merchant's own offer stands again",
	"商家未接受买家的方案，其原方案仍然有效"},
    [REASON_TALKS_FAILED] = {"the counter-offer is refused and no offer stands: the platform steps in", "协商未成，平台介入"},
    [REASON_COUNTER_OFFER_UNANSWERED] = {"the merchant was silent to the counter-offer: the platform steps in",
	"商家逾期未回应买家的方案，平台介入"},
    [REASON_EVIDENCE_REQUEST_WITHDRAWN] = {"the request for evidence is withdrawn", "撤回补充证据的要求"},
    [REASON_INQUIRY_OPENED] = {"an inquiry is opened", "发起协查"},
    [REASON_INQUIRY_BY_RULE] = {"whoever answers for it first is asked", "先向责任方协查"},
    [REASON_INQUIRY_ANSWERED] = {"an inquiry is answered", "协查已答复"},
    [REASON_INQUIRY_SILENT] = {"an inquiry was not answered: the platform decides on what is there",
	"协查逾期未答复，平台根据现有材料决定"},
    [REASON_SETTLEMENT_PROPOSED] = {"one side proposes to settle", "一方提出和解"},
    [REASON_SETTLEMENT_AGREED] = {"the proposal to settle is agreed to and carried out", "和解方案获同意，开始办理"},
    [REASON_SETTLEMENT_REFUSED] = {"the proposal to settle is refused", "和解方案未获同意"},
    [REASON_SETTLEMENT_LAPSED] = {"the proposal to settle lapsed: it counts as not made", "和解方案逾期未获回应，视为未提出"},
    [REASON_NOTICE_READ] = {"a notice was read", "通知已读"},
    [REASON_APPEAL_UNDECIDED] = {"nobody decided the appeal: the decision stands", "申诉逾期未决，维持原决定"},
    [REASON_SECOND_APPEALED] = {"appealed once more: an outside body mediates", "再次申诉，由外部机构调解"},
    [REASON_MEDIATION_REPORTED] = {"the outside body has reported", "外部机构已报告调解结果"},
    [REASON_MEDIATION_SILENT] = {"the outside body was silent: the first appeal's decision stands",
	"外部机构逾期未报告，维持申诉决定"},
    [REASON_REMEDIES_GO_ON] = {"what was ordered before is still carried out", "此前下达的处理措施继续办理"},
};

/* In a letter, where a remedy or a decision is explained: whole sentences, to whoever reads. */
static const struct told {
	enum reason reason;
	const char *english, *chinese;
	const char *english_to_buyer, *chinese_to_buyer; /* NULL: the same */
	const char *english_to_merchant, *chinese_to_merchant;
} told[] = {
    {REASON_DECIDED_BY_DEFAULT, "The platform did not decide in time.", "平台未在期限内作出决定。", NULL, NULL, NULL, NULL},
    {REASON_MEDIATION_REPORTED, "Both sides agreed to it before the outside body.", "双方在外部机构调解下达成一致。", NULL, NULL,
	NULL, NULL},
    {REASON_OFFER_ACCEPTED, "The buyer has accepted the merchant's offer.", "买家已接受商家的方案。",
	"You have accepted the merchant's offer.", "您已接受商家的方案。", "The buyer has accepted your offer.",
	"买家已接受贵店的方案。"},
};

enum { TOLD_COUNT = sizeof told / sizeof told[0] };

static bool is_chinese(const char *language)
{
	return strncasecmp(language, "zh", 2) == 0;
}

const char *reason_line(enum reason reason, const char *language)
{
	const struct row *row = &rows[(unsigned)reason < REASON_COUNT ? reason : REASON_UNSPECIFIED];
	return is_chinese(language) ? row->chinese : row->english;
}

static const char *told_words(const struct told *row, bool chinese, enum party reader)
{
	const char *words = NULL;
	if (reader == PARTY_COMPLAINANT)
		words = chinese ? row->chinese_to_buyer : row->english_to_buyer;
	if (reader == PARTY_MERCHANT)
		words = chinese ? row->chinese_to_merchant : row->english_to_merchant;
	if (words)
		return words;
	return chinese ? row->chinese : row->english;
}

const char *reason_sentence(enum reason reason, const char *language, enum party reader)
{
	for (int i = 0; i < TOLD_COUNT; i++)
		if (told[i].reason == reason)
			return told_words(&told[i], is_chinese(language), reader);
	return "";
}
