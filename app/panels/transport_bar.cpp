// SPDX-License-Identifier: MIT
#include "app/panels/transport_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>
#include <algorithm>

#include "app/icons.h"

namespace hmr {
namespace {

QString clockText(double seconds) {
    const int whole = static_cast<int>(seconds);
    return QString("%1:%2.%3")
        .arg(whole / 60)
        .arg(whole % 60, 2, 10, QChar('0'))
        .arg(static_cast<int>((seconds - whole) * 10));
}

}  // namespace

TransportBar::TransportBar(QWidget* parent)
    : QWidget(parent),
      previous_(new QToolButton(this)),
      play_(new QToolButton(this)),
      next_(new QToolButton(this)),
      seek_(new QSlider(Qt::Horizontal, this)),
      time_(new QLabel(this)) {
    setObjectName("transportBar");
    const auto prepare = [](QToolButton* button, const QString& name, Glyph glyph, const QString& toolTip) {
        button->setObjectName(name);
        button->setIcon(icon(glyph));
        button->setAutoRaise(true);
        button->setIconSize({18, 18});
        button->setToolTip(toolTip);
    };
    prepare(previous_, "previousFrameButton", Glyph::Previous, tr("One frame back (,)"));
    prepare(play_, "playButton", Glyph::Play, tr("Play (P)"));
    prepare(next_, "nextFrameButton", Glyph::Next, tr("One frame on (.)"));
    seek_->setObjectName("seekSlider");
    seek_->setToolTip(tr("Go to a frame"));
    seek_->setPageStep(10);
    time_->setObjectName("timeLabel");
    time_->setMinimumWidth(time_->fontMetrics().horizontalAdvance("00:00.0 / 00:00.0   00000"));
    time_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 4, 8, 4);
    for (QWidget* widget : {static_cast<QWidget*>(previous_), static_cast<QWidget*>(play_), static_cast<QWidget*>(next_)}) layout->addWidget(widget);
    layout->addWidget(seek_, 1);
    layout->addWidget(time_);

    connect(play_, &QToolButton::clicked, this, [this] { Q_EMIT playWanted(!isPlaying_); });
    connect(previous_, &QToolButton::clicked, this, [this] { step(-1); });
    connect(next_, &QToolButton::clicked, this, [this] { step(1); });
    connect(seek_, &QSlider::valueChanged, this, &TransportBar::frameWanted);
    clear();
}

void TransportBar::setSource(const SourceInfo& info) {
    info_ = info;
    frame_ = 0;
    const bool isVideo = info.isVideo;
    const QSignalBlocker quiet(seek_);
    seek_->setRange(0, std::max(0, info.numFrames - 1));
    seek_->setValue(0);
    seek_->setVisible(isVideo && info.numFrames > 0);
    previous_->setVisible(isVideo);
    next_->setVisible(isVideo);
    time_->setText(info.isLive ? tr("live") : QString());
    setPlaying(false);
    setVisible(isVideo || info.isLive);
}

void TransportBar::clear() { setSource({}); }

void TransportBar::showFrame(int index, double time) {
    frame_ = index;
    if (!info_.isVideo) return;
    const QSignalBlocker quiet(seek_);
    if (!seek_->isSliderDown()) seek_->setValue(index);
    const QString total = info_.frameRate > 0 && info_.numFrames > 0 ? " / " + clockText(info_.numFrames / info_.frameRate) : QString();
    time_->setText(clockText(time) + total + "   " + QString::number(index + 1));
}

void TransportBar::setPlaying(bool isPlaying) {
    isPlaying_ = isPlaying;
    play_->setIcon(icon(isPlaying ? Glyph::Pause : Glyph::Play));
    play_->setToolTip(isPlaying ? tr("Pause (P)") : tr("Play (P)"));
}

void TransportBar::step(int frames) {
    if (!info_.isVideo) return;
    if (isPlaying_) Q_EMIT playWanted(false);
    const int last = info_.numFrames > 0 ? info_.numFrames - 1 : frame_ + frames;
    const int wanted = std::clamp(frame_ + frames, 0, std::max(0, last));
    if (wanted == frame_) return;
    frame_ = wanted;
    Q_EMIT frameWanted(wanted);
}

}  // namespace hmr
