#include "common/model/refusal.h"

#include <string.h>
#include <strings.h>

static const struct row {
	const char *code;
	const char *sentence, *next_step;       /* English */
	const char *sentence_zh, *next_step_zh; /* Chinese */
} rows[REFUSAL_COUNT] = {
    [REFUSAL_NONE] = {"", "", "", "", ""},
    [REFUSAL_AMENDED_TOO_LATE] = {"amended_too_late", "A complaint can be amended for 24 hours after filing; that time has passed.",
	"Add evidence or post a message instead.", "投诉提交后24小时内可以修改，现已超过该时间。", "请改为补充证据或留言。"},
    [REFUSAL_ANSWER_EMPTY] = {"answer_empty", "The answer holds neither an offer nor a defence.", "Answer with one of the two.",
	"答复中既没有解决方案，也没有申辩。", "请提交其中一项。"},
    [REFUSAL_APPEAL_NOT_OPEN] = {"appeal_not_open",
	"No appeal is open: the decision's appeals have been used, or their time has passed.",
	"The complaint lists an appeal for as long as one can be filed; an outside body can still be asked.",
	"当前不可申诉：申诉次数已用完，或申诉期限已过。", "可以申诉时，投诉会列出该操作；仍可向外部机构求助。"},
    [REFUSAL_CLAUSE_NOT_IN_FORCE] = {"clause_not_in_force",
	"A clause that the decision cites was not in force on the day of the order.", "Cite the version that was in force then.",
	"决定援引的条款在下单当日并未生效。", "请援引下单当日有效的版本。"},
    [REFUSAL_CLAUSE_UNKNOWN] = {"clause_unknown",
	"The decision cites a clause, or a version of one, that the complaint's platform does not have.",
	"Cite one of the platform's clauses, as id@version.", "决定援引的条款或其版本不在该投诉所依据的平台规则中。",
	"请援引平台已有的条款（编号@版本）。"},
    [REFUSAL_COMPLAINT_CLOSED] = {"complaint_closed", "The complaint has ended; nothing more can be done in it.",
	"Post a message, or file a new complaint for a new fault.", "该投诉已结束，无法再办理。",
	"可以留言；如有新的问题，请另行投诉。"},
    [REFUSAL_COMPLAINT_ID_TAKEN] = {"complaint_id_taken",
	"This complaint id belongs to another complaint, or is one that Ombud derives (version 8).",
	"File it with an id of its own, or with none.", "该投诉编号已被另一件投诉使用，或属于由系统生成的编号（第 8 版）。",
	"请换用新的编号，或不填编号重新提交。"},
    [REFUSAL_COMPLAINT_UNKNOWN] = {"complaint_unknown", "No such complaint is known for this order.",
	"Check the order and complaint ids.", "该订单下没有这件投诉。", "请核对订单号和投诉编号。"},
    [REFUSAL_CRITERIA_UNKNOWN] = {"criteria_unknown",
	"The decision does not go by the criteria of the complaint's type, or answers what they do not ask.",
	"Name the criteria of its type as id@version, and answer each of their points once.",
	"决定未适用该投诉类型的判定细则，或回答了细则以外的事项。", "请写明该类型的判定细则（编号@版本），并逐项回答一次。"},
    [REFUSAL_CRITERION_UNANSWERED] = {"criterion_unanswered", "A point of the criteria is not answered.",
	"Answer each of them: shown, refuted or not shown.", "判定细则中有事项未作回答。",
	"请逐项回答：已证明、已推翻或无法证明。"},
    [REFUSAL_CRITERION_UNSHOWN] = {"criterion_unshown", "A point of the criteria is answered without what shows it.",
	"Name the evidence, or answer that it is not shown.", "对判定细则某事项的回答没有写明证据。",
	"请写明证据，或回答无法证明。"},
    [REFUSAL_CURRENCY_DIFFERS] = {"currency_differs", "The sum is not in the order's currency.", "Name it in the order's currency.",
	"金额币种与订单不一致。", "请使用订单币种填写金额。"},
    [REFUSAL_DECISION_ID_USED] = {"decision_id_used", "This complaint already has a decision with that id.",
	"Give the new decision an id of its own.", "该投诉已有相同编号的决定。", "请为新的决定另编编号。"},
    [REFUSAL_EVIDENCE_FROZEN] = {"evidence_frozen", "The complaint has been decided: its evidence stands as it was then.",
	"Bring new evidence with an appeal, while one is open.", "投诉已作出决定，证据以决定时为准。",
	"在可以申诉时，请随申诉提交新的证据。"},
    [REFUSAL_EVIDENCE_INCOMPLETE] = {"evidence_incomplete", "This piece of evidence lacks its id, its kind or its address.",
	"Add it again with all three.", "该证据缺少编号、类型或地址。", "请补全后重新提交。"},
    [REFUSAL_EVIDENCE_MALFORMED] = {"evidence_malformed",
	"This piece of evidence cannot be read: its address or another of its details is not in its form.",
	"Add it again; an address begins with http:// or https://, and a space in it is written %20.",
	"该证据的地址或其他信息格式有误，无法读取。", "请更正后重新提交；地址须为完整网址，其中的空格应写作 %20。"},
    [REFUSAL_EVIDENCE_TOO_LONG] = {"evidence_too_long",
	"Something in this piece of evidence is too long: an address has at most 2,048 bytes.",
	"Add it again with a shorter address.", "该证据的某项内容过长；地址最长为 2048 字节。", "请换用较短的地址重新提交。"},
    [REFUSAL_EVIDENCE_UNKNOWN] = {"evidence_unknown", "A piece of evidence is named that this complaint does not have.",
	"Name pieces by the ids that the complaint lists.", "所引用的证据不在该投诉中。", "请使用投诉中列出的证据编号。"},
    [REFUSAL_EXCEEDS_ORDER] = {"exceeds_order", "The sums of all remedies together would exceed what the order or its item cost.",
	"Name a smaller sum.", "各项处理措施的金额合计将超过订单（或商品）金额。", "请减少金额。"},
    [REFUSAL_FACTS_MISSING] = {"facts_missing", "The decision does not say which facts were found.",
	"Say what was found, and decide again.", "决定没有写明认定的事实。", "请写明认定的事实后重新提交决定。"},
    [REFUSAL_FILED_TOO_OFTEN] = {"filed_too_often", "This complaint was filed again too many times.",
	"It is open: add evidence or post a message instead.", "该投诉重复提交次数过多。",
	"投诉正在处理中，请改为补充证据或留言。"},
    [REFUSAL_ID_REUSED] = {"id_reused", "An event with this id but another content was received before.",
	"Send it again under a new event id.", "此前已收到编号相同而内容不同的事件。", "请使用新的事件编号重新发送。"},
    [REFUSAL_INQUIRY_ID_USED] = {"inquiry_id_used", "This complaint already has an inquiry with that id.",
	"Give the new inquiry an id of its own.", "该投诉已有相同编号的协查。", "请为新的协查另编编号。"},
    [REFUSAL_INQUIRY_UNKNOWN] = {"inquiry_unknown", "No inquiry of that id waits for an answer.",
	"Check the inquiry's id; add what is new as evidence.", "没有此编号的待答复协查。",
	"请核对协查编号；新的材料可作为证据补充。"},
    [REFUSAL_ITEM_NEEDED] = {"item_needed", "The order holds items of several merchants: the complaint must name the item.",
	"File it again with the item's id.", "该订单包含多个商家的商品，投诉须指明商品。", "请填写商品编号后重新提交。"},
    [REFUSAL_ITEM_UNKNOWN] = {"item_unknown", "The order holds no such item.", "Check the item's id.", "该订单中没有此商品。",
	"请核对商品编号。"},
    [REFUSAL_NEEDS_ANOTHER_PERSON] = {"needs_another_person",
	"An appeal is decided by a person, and by another one than whoever decided before.", "Hand it to a colleague.",
	"申诉须由原决定人以外的工作人员作出决定。", "请交由其他同事处理。"},
    [REFUSAL_NEEDS_NEW_EVIDENCE] = {"needs_new_evidence", "A second appeal needs new evidence.",
	"File it again with evidence that was not there before.", "再次申诉须提交新的证据。",
	"请附上此前未提交过的证据后重新申诉。"},
    [REFUSAL_NEEDS_PERSON] = {"needs_person", "A person must say this; a program has.", "Let the person say it under his own id.",
	"此操作须由工作人员本人进行，不能由程序代为提交。", "请由工作人员以本人编号提交。"},
    [REFUSAL_NEEDS_PLATFORM] = {"needs_platform", "What binds both sides takes effect when the platform has confirmed it.",
	"Tell the platform: it says so once it has looked at it.", "对双方有约束力的事项须经平台确认后生效。",
	"请告知平台，由平台核实后登记。"},
    [REFUSAL_NOTHING_REQUESTED] = {"nothing_requested", "That side owes no evidence.", "Nothing needs to be done.",
	"该方没有待补充的证据。", "无需再操作。"},
    [REFUSAL_NOT_AVAILABLE] = {"not_available", "This is not in service yet.", "Use the actions that the complaint lists.",
	"该功能尚未开通。", "请使用投诉当前列出的操作。"},
    [REFUSAL_NOT_POSSIBLE_NOW] = {"not_possible_now", "This cannot be done in the complaint's present stage.",
	"See which actions the complaint lists now, and do it when it lists this one.", "投诉当前阶段不能进行此操作。",
	"请查看投诉当前可以进行的操作；待列出此操作后再办理。"},
    [REFUSAL_NOT_TO_BE_ASKED] = {"not_to_be_asked",
	"An inquiry goes to a carrier, a payment provider, a supplier or another department.",
	"Write to the parties, or ask them for evidence; an inspector is asked by an inspection.",
	"协查的对象只能是承运方、支付机构、供应商或其他部门。", "对当事双方请留言或要求补充证据；鉴定方请通过鉴定委托。"},
    [REFUSAL_NOT_THE_OWNER] = {"not_the_owner", "The person named does not own the complaint, or nobody does.",
	"Nothing needs to be done.", "所指人员并非该投诉的负责人，或该投诉尚无负责人。", "无需再操作。"},
    [REFUSAL_NOT_YOUR_COMPLAINT] = {"not_your_complaint", "Only the complainant can do this.", "Sign in as the complainant.",
	"只有提出投诉的买家本人可以进行此操作。", "请以买家身份操作。"},
    [REFUSAL_NOT_YOUR_INSPECTION] = {"not_your_inspection", "Only the inspector that was asked can report.",
	"Sign in as the inspector that the inspection names.", "只有受委托的鉴定方可以提交鉴定结果。",
	"请以受委托的鉴定方身份操作。"},
    [REFUSAL_NOT_YOUR_ORDER] = {"not_your_order", "The order belongs to somebody else.", "Check the order id.",
	"该订单属于其他买家。", "请核对订单号。"},
    [REFUSAL_NOT_YOUR_SALE] = {"not_your_sale", "The complaint is not about anything that this merchant sold.",
	"Check the complaint's id and the merchant's.", "该投诉涉及的商品不是该商家销售的。", "请核对投诉编号和商家编号。"},
    [REFUSAL_NOT_YOUR_SETTINGS] = {"not_your_settings", "Only the person and the platform set a person's contacts and preferences.",
	"Set your own, as the side of the dispute that you are.", "联系方式和偏好只能由本人或平台设置。",
	"请以本人身份设置自己的信息。"},
    [REFUSAL_ORDER_OUTDATED] = {"order_outdated", "Newer facts of this order are known; these change nothing.",
	"If these are the newest, send them again with the time at which they became true.",
	"已有该订单更新的记录，本次内容未生效。", "如本次内容才是最新的，请以其实际发生时间重新发送。"},
    [REFUSAL_ORDER_UNKNOWN] = {"order_unknown", "No such order was recorded.",
	"Check the order id, or file again once it is recorded.", "没有该订单的记录。", "请核对订单号，或待订单记录后重新提交。"},
    [REFUSAL_ORDER_UNPAID] = {"order_unpaid", "The order was never paid, so there is nothing to put right.",
	"Cancel the order; if you were charged, attach the payment record and file again once it shows as paid.",
	"该订单未付款，没有可处理的事项。", "请取消订单；如已扣款，待订单显示已付款后附支付记录重新提交。"},
    [REFUSAL_REASON_MISSING] = {"reason_missing",
	"More evidence is asked for than the list of the complaint's type has, without a reason.",
	"Say why it is needed, or ask for what the list has.", "所要求的证据超出该类投诉的证据清单，且未说明理由。",
	"请说明需要该证据的理由，或只要求清单内的证据。"},
    [REFUSAL_REMEDIES_CONTRADICT_OUTCOME] = {"remedies_contradict_outcome",
	"A decision for the merchant, or one that finds the complaint baseless, orders no remedies.",
	"Decide in part, or leave the remedies out.", "支持商家或认定投诉不成立的决定不应包含处理措施。",
	"请改为部分支持，或去掉处理措施。"},
    [REFUSAL_REMEDY_ALREADY_REPORTED] = {"remedy_already_reported", "This remedy was reported before.", "Nothing needs to be done.",
	"该处理措施此前已经报告。", "无需再操作。"},
    [REFUSAL_REMEDY_MISSING] = {"remedy_missing", "A decision for the complainant, in whole or in part, says what is to be done.",
	"Name at least one remedy, or decide otherwise.", "支持或部分支持买家的决定须写明处理措施。",
	"请至少写明一项处理措施，或改变决定。"},
    [REFUSAL_REMEDY_UNKNOWN] = {"remedy_unknown", "No remedy with this key was ordered.",
	"Report with the key of the order that came.", "没有以此编号下达过处理措施。", "请使用指令中的编号报告。"},
    [REFUSAL_RESPONSIBILITY_MISSING] = {"responsibility_missing", "The decision does not say who is responsible.",
	"Name each who is, with his share.", "决定没有写明由谁承担责任。", "请写明各责任方及其份额。"},
    [REFUSAL_SHARES_NOT_WHOLE] = {"shares_not_whole", "The shares of those responsible are not 1000 per mille together.",
	"Share it out anew.", "各责任方的份额合计不等于千分之一千。", "请重新划分份额。"},
    [REFUSAL_SPEAKER_UNNAMED] = {"speaker_unnamed", "It is not said who speaks: a party to a complaint must give its id.",
	"Say it again with the speaker's id (meta.actor.id).", "未注明发言人：当事人须填写其编号。",
	"请填写发言人编号后重新提交。"},
    [REFUSAL_SUM_MISSING] = {"sum_missing", "A remedy in money needs a sum above zero.", "Name the sum and its currency.",
	"涉及金额的处理措施须填写大于零的金额。", "请填写金额和币种。"},
    [REFUSAL_TOO_MANY_AMENDMENTS] = {"too_many_amendments", "The complaint was amended too many times.",
	"Add evidence or post a message instead.", "该投诉修改次数过多。", "请改为补充证据或留言。"},
    [REFUSAL_TOO_MANY_CHANGES] = {"too_many_changes", "Contacts or preferences were changed too many times within an hour.",
	"Change them later.", "一小时内修改联系方式或偏好设置的次数过多。", "请稍后再修改。"},
    [REFUSAL_TOO_MANY_COMPLAINTS] = {"too_many_complaints", "Too many complaints were filed about this order.",
	"Add to one of those that are there.", "该订单的投诉数量过多。", "请在已有投诉中补充。"},
    [REFUSAL_TOO_MANY_COUNTER_OFFERS] = {"too_many_counter_offers",
	"Two counter-offers have been made in this complaint: more are not possible.",
	"Accept or refuse what is offered, or ask the platform to step in.", "该投诉已提出两次自己的方案，不能再提。",
	"请接受或拒绝商家的方案，或申请平台介入。"},
    [REFUSAL_TOO_MANY_DEAD_LETTERS] = {"too_many_dead_letters",
	"Too many records of this source could not be read within a minute: each is parked, and told by this one only.",
	"Look at the refusals told before, and stop what sends such records.",
	"该来源一分钟内无法读取的记录过多：均已留存，并由此一并告知。", "请查看此前的拒绝原因，并停止发送此类记录。"},
    [REFUSAL_TOO_MANY_DECISIONS] = {"too_many_decisions", "The complaint was decided too many times.",
	"Refer it to an outside body.", "该投诉决定次数过多。", "请转交外部机构处理。"},
    [REFUSAL_TOO_MANY_INQUIRIES] = {"too_many_inquiries", "Too many inquiries were opened in this complaint.",
	"Decide on what is there.", "该投诉发起的协查次数过多。", "请根据现有材料作出决定。"},
    [REFUSAL_TOO_MANY_INSPECTIONS] = {"too_many_inspections", "The complaint was sent to an inspector too many times.",
	"Decide on what is there.", "该投诉送鉴定的次数过多。", "请根据现有材料作出决定。"},
    [REFUSAL_TOO_MANY_MESSAGES] = {"too_many_messages", "Too many messages were posted in this complaint within an hour.",
	"Post it later.", "一小时内留言过多。", "请稍后再留言。"},
    [REFUSAL_TOO_MANY_REFUSALS] = {"too_many_refusals",
	"Too much was refused within an hour: what else is refused until it is over is recorded, and not told each time.",
	"Look at the refusals told before.", "一小时内被拒绝的操作过多；此后被拒绝的操作只作记录，不再逐一告知。",
	"请查看此前的拒绝原因。"},
    [REFUSAL_TOO_MANY_REMARKS] = {"too_many_remarks", "Too much was said about this complaint within an hour.", "Say it later.",
	"一小时内对该投诉的操作过多。", "请稍后再试。"},
    [REFUSAL_TOO_MANY_WAITING] = {"too_many_waiting", "Too much waits already for a complaint of this order that is not known.",
	"Check the order and complaint ids.", "该订单下等待未知投诉的内容过多。", "请核对订单号和投诉编号。"},
    [REFUSAL_TOO_MUCH_EVIDENCE] = {"too_much_evidence", "You have added as much evidence to this complaint as it can hold.",
	"Put what is still missing together in what is there already.", "为该投诉提交的证据数量已达上限。",
	"请将其余内容合并到已有证据中。"},
    [REFUSAL_URGED_TOO_SOON] = {"urged_too_soon", "The complaint was urged a short while ago.",
	"Wait a little before urging again.", "刚刚已经催办过。", "请稍后再催办。"},
    [REFUSAL_WITHOUT_GROUNDS] = {"without_grounds",
	"A decision or a preliminary finding must name the clauses that it rests on, and the facts found.",
	"Add the grounds and say it again.", "决定和初步认定必须写明依据的条款和认定的事实。", "请补充理由后重新提交。"},
    [REFUSAL_WRONG_PARTY] = {"wrong_party", "This is another party's step.", "Leave it to the party that the complaint names.",
	"该操作应由另一方进行。", "请由投诉所列的一方办理。"},
};

static int is_chinese(const char *language)
{
	return strncasecmp(language, "zh", 2) == 0;
}

static const struct row *row_of(enum refusal refusal)
{
	return &rows[refusal < REFUSAL_COUNT ? refusal : REFUSAL_NONE];
}

const char *refusal_code(enum refusal refusal)
{
	return row_of(refusal)->code;
}

const char *refusal_sentence(enum refusal refusal, const char *language)
{
	return is_chinese(language) ? row_of(refusal)->sentence_zh : row_of(refusal)->sentence;
}

const char *refusal_next_step(enum refusal refusal, const char *language)
{
	return is_chinese(language) ? row_of(refusal)->next_step_zh : row_of(refusal)->next_step;
}

enum refusal refusal_by_code(const char *code)
{
	for (int i = REFUSAL_NONE + 1; i < REFUSAL_COUNT; i++) {
		if (strcmp(rows[i].code, code) == 0)
			return (enum refusal)i;
	}
	return REFUSAL_NONE;
}
