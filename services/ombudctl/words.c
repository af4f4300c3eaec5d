#include "services/ombudctl/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *term, *zh;
} words[] = {
    /* headings of the story */
    {"complaint", "投诉"},
    {"order", "订单"},
    {"platform", "平台"},
    {"stage", "阶段"},
    {"since", "自"},
    {"type", "类型"},
    {"custom_type", "平台类型"},
    {"tier", "级别"},
    {"priority", "优先级"},
    {"owner", "负责人"},
    {"complainant", "买家"},
    {"merchant", "商家"},
    {"order_total", "订单金额"},
    {"statement", "陈述"},
    {"wanted", "诉求"},
    {"complained_at", "投诉时间"},
    {"received_at", "受理时间"},
    {"repeats", "重复投诉"},
    {"urges", "催办"},
    {"evidence", "证据"},
    {"at", "时间"},
    {"cause", "起因"},
    {"actor", "经办"},
    {"comment", "说明"},
    {"clock", "时限"},
    {"must_act", "应办方"},
    {"state", "状态"},
    {"started_at", "开始"},
    {"due_at", "到期"},
    {"met_or_broken", "完成或逾期"},
    {"if_silent", "逾期后果"},
    {"remedy", "处理措施"},
    {"amount", "金额"},
    {"by", "依据"},
    {"note", "备注"},
    {"recipient", "收件方"},
    {"person", "收件人"},
    {"channel", "渠道"},
    {"event", "事件"},
    {"subject", "标题"},
    {"steps", "经过"},
    {"clocks", "时限"},
    {"now", "现在"},
    {"decision", "决定"},
    {"remedies", "处理措施"},
    {"notices", "通知"},
    {"outcome", "结果"},
    {"clauses", "依据条款"},
    {"facts_found", "认定事实"},
    {"text", "内容"},
    {"can_do", "可以"},
    /* stages */
    {"filed", "已提交"},
    {"awaiting_order", "等待订单"},
    {"manual_admission", "人工受理"},
    {"triaged", "已分类"},
    {"negotiating", "协商中"},
    {"merchant_answered", "商家已答复"},
    {"platform_review", "平台审理"},
    {"inspection", "鉴定中"},
    {"preliminary_finding", "初步结论"},
    {"decided", "已决定"},
    {"remedy_under_way", "处理措施执行中"},
    {"awaiting_confirmation", "待确认"},
    {"closed", "已结束"},
    {"rejected", "不予受理"},
    {"withdrawn", "已撤回"},
    {"appealed", "已申诉"},
    /* types */
    {"card_key_invalid", "卡密无效"},
    {"code_already_used", "卡密已被使用"},
    {"not_delivered", "未收到货"},
    {"delivered_late", "延迟发货"},
    {"not_as_described", "与描述不符"},
    {"defective", "有瑕疵"},
    {"counterfeit", "假货"},
    {"benefits_not_credited", "权益未到账"},
    {"fake_shipment", "虚假发货"},
    {"bad_service", "服务差"},
    {"refund_refused", "拒绝退款"},
    {"ownership_disputed", "归属争议"},
    {"charged_wrongly", "扣款错误"},
    {"platform_fault", "平台故障"},
    {"other", "其他"},
    /* tiers, parties, channels */
    {"simple", "简易"},
    {"standard", "标准"},
    {"complex", "复杂"},
    {"backend", "平台系统"},
    {"inspector", "鉴定方"},
    {"nobody", "无"},
    {"logistics", "物流"},
    {"payment", "支付"},
    {"ombud", "Ombud"},
    {"inbox", "站内信"},
    {"webhook", "回调"},
    {"topic", "消息主题"},
    /* clocks */
    {"first_response", "首次响应"},
    {"merchant_answer", "商家答复"},
    {"answer_to_offer", "方案回应"},
    {"answer_to_defence", "说明回应"},
    {"platform_fault_mended", "平台故障修复"},
    {"late_delivery_verified", "延迟发货核实"},
    {"final_decision", "最终决定"},
    {"end_to_end", "全程"},
    {"order_awaited", "等待订单"},
    {"remedy_carried_out", "处理措施办理"},
    {"confirmation", "确认"},
    {"appeal", "申诉"},
    {"running", "计时中"},
    {"paused", "暂停"},
    {"warned", "已预警"},
    {"breached", "已逾期"},
    {"met", "已完成"},
    {"met_late", "逾期完成"},
    {"ended", "已逾期并终止"},
    {"cancelled", "已取消"},
    /* causes */
    {"complaint_filed", "提交投诉"},
    {"complaint_triaged", "分类"},
    {"complaint_withdrawn", "撤回投诉"},
    {"order_recorded", "订单登记"},
    {"admission_given", "人工受理决定"},
    {"answer_given", "商家答复"},
    {"offer_accepted", "接受方案"},
    {"offer_refused", "拒绝方案"},
    {"step_in_asked", "申请平台介入"},
    {"step_in_requested", "时限已过"},
    {"decision_made", "作出决定"},
    {"remedy_ordered", "下达处理措施"},
    {"remedy_reported", "回报执行结果"},
    {"settlement_reported", "和解"},
    {"resolution_confirmed", "确认"},
    {"resolution_disputed", "提出异议"},
    /* what silence leads to */
    {"platform_steps_in", "平台介入"},
    {"offer_lapses", "方案失效"},
    {"closed_without_objection", "无异议结束"},
    {"confirmed_by_silence", "默认确认"},
    {"decided_by_default", "默认支持"},
    {"external_referral", "转外部机构"},
    {"refused", "不予受理"},
    {"admitted", "予以受理"},
    {"escalated", "升级"},
    {"final", "决定生效"},
    {"none", "无"},
    /* remedies, outcomes, states */
    {"refund", "退款"},
    {"redelivery", "补发"},
    {"replacement", "换货"},
    {"compensation", "补偿"},
    {"advance_payment", "先行赔付"},
    {"deposit_deduction", "扣保证金"},
    {"merchant_penalty", "商家处罚"},
    {"listing_freeze", "冻结商品"},
    {"for_complainant", "支持买家"},
    {"for_merchant", "支持商家"},
    {"in_part", "部分支持"},
    {"baseless", "无依据"},
    {"planned", "已计划"},
    {"ordered", "已下达"},
    {"done", "已完成"},
    {"failed", "失败"},
    {"settled", "已和解"},
    {"dropped", "已取消"},
    {"delivered", "已送达"},
    {"pending", "待发送"},
    {"sending", "发送中"},
    {"dead", "无法送达"},
    /* actions */
    {"amend", "修改"},
    {"urge", "催办"},
    {"withdraw", "撤回"},
    {"add_evidence", "补充证据"},
    {"answer", "答复"},
    {"accept_offer", "接受方案"},
    {"refuse_offer", "拒绝方案"},
    {"ask_platform", "申请平台介入"},
    {"decide", "决定"},
    {"give_finding", "给出初步结论"},
    {"order_inspection", "送鉴定"},
    {"report_inspection", "报告鉴定结果"},
    {"report_remedy", "回报执行结果"},
    {"confirm", "确认"},
    {"dispute_resolution", "提出异议"},
    {"admit", "受理"},
    {"settle", "和解"},
    {"counter_offer", "还价"},
    {"post_message", "留言"},
    {"record_order", "登记订单"},
};

enum language words_language(const struct ctl *ctl)
{
	const char *named = ctl_flag(ctl, "lang");
	static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG", NULL};
	for (int i = 0; !named && variables[i]; i++)
		if (getenv(variables[i]) && *getenv(variables[i]))
			named = getenv(variables[i]);
	return named && !strncmp(named, "zh", 2) ? LANGUAGE_ZH : LANGUAGE_EN;
}

const char *words_say(enum language language, const char *term)
{
	static char spaced[4][64];
	static unsigned turn;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcmp(words[i].term, term))
			continue;
		if (language == LANGUAGE_ZH)
			return words[i].zh;
		char *text = spaced[turn++ % 4];
		snprintf(text, sizeof spaced[0], "%s", term);
		for (char *at = text; *at; at++)
			*at = *at == '_' ? ' ' : *at;
		return text;
	}
	return term;
}
