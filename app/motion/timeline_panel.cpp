// SPDX-License-Identifier: MIT
#include "app/motion/timeline_panel.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QScrollArea>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/motion/track_view.h"
#include "body/error.h"

namespace hmr {

TimelinePanel::TimelinePanel(TakeEditor& editor, QWidget* parent)
    : QWidget(parent), editor_(editor), tracks_(new TrackView(editor, this)), bar_(new QWidget(this)) {
    setObjectName("timelinePanel");
    auto* row = new QHBoxLayout(bar_);
    row->setContentsMargins(8, 4, 8, 4);
    row->setSpacing(4);
    const auto person = [this] { return editor_.person(); };
    record_ = addButton("recordButton", tr("● Record"), tr("Record everybody's motion: a camera until you stop, a video frame by frame to its end"),
                        [this] { Q_EMIT recordWanted(!isRecording_); });
    row->addSpacing(8);
    key_ = addButton("setKeyButton", tr("◆ Key"), tr("Key the person's whole pose at this frame; what you change by hand is keyed by itself"), [=, this] { editor_.setKey(person()); });
    removeKey_ = addButton("removeKeyButton", tr("Remove key"), tr("Remove the person's key at this frame"), [=, this] { editor_.removeKey(person()); });
    blend_ = new QComboBox(this);
    blend_->setObjectName("keyBlend");
    blend_->addItem(tr("Keys fade"), static_cast<int>(KeyBlend::Local));
    blend_->addItem(tr("Keys hold"), static_cast<int>(KeyBlend::Correct));
    blend_->addItem(tr("Keys replace"), static_cast<int>(KeyBlend::Replace));
    blend_->setToolTip(tr("Changes that keys make are blended over the recorded motion and fade behind the last one, or hold to both ends; or the motion goes from key to key"));
    connect(blend_, &QComboBox::activated, this, [=, this](int index) { editor_.setBlend(person(), static_cast<KeyBlend>(blend_->itemData(index).toInt())); });
    row->addWidget(blend_);
    row->addSpacing(8);
    split_ = addButton("splitButton", tr("Split"), tr("Make the person's track two at this frame"), [=, this] { editor_.split(person()); });
    merge_ = addButton("mergeButton", tr("Merge…"), tr("Join another track to the person's"), [this] { showMergeMenu(); });
    remove_ = addButton("deleteTrackButton", tr("Delete"), tr("Delete the person's track"), [=, this] { editor_.remove(person()); });
    cut_ = addButton("cutButton", tr("Cut"), tr("Make the chosen frames of the person's track a gap"), [=, this] { editor_.cutRange(person()); });
    trim_ = addButton("trimButton", tr("Trim"), tr("Keep only the chosen frames of the take"), [this] { editor_.trim(); });
    row->addSpacing(8);
    cleanUp_ = addButton("cleanUpButton", tr("Clean up…"), tr("Repair, fill, smooth and hold feet still"), [this] { Q_EMIT cleanUpWanted(); });
    export_ = addButton("exportMotionButton", tr("Export…"), tr("Write the motion for another program"), [this] { Q_EMIT exportWanted(); });
    row->addStretch();
    range_ = new QLabel(this);
    range_->setObjectName("rangeLabel");
    row->addWidget(range_);
    frame_ = new QSpinBox(this);
    frame_->setObjectName("frameBox");
    frame_->setToolTip(tr("Frame"));
    frame_->setKeyboardTracking(false);
    row->addWidget(frame_);

    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidget(tracks_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(bar_);
    layout->addWidget(scroll, 1);

    connect(frame_, &QSpinBox::valueChanged, this, [this](int number) { editor_.showFrame(number - 1); });
    connect(&editor, &TakeEditor::takeChanged, this, &TimelinePanel::refresh);
    connect(&editor, &TakeEditor::frameChanged, this, &TimelinePanel::refresh);
    connect(&editor, &TakeEditor::keysChanged, this, &TimelinePanel::refresh);
    connect(&editor, &TakeEditor::rangeChanged, this, &TimelinePanel::refresh);
    connect(&editor, &TakeEditor::personChanged, this, &TimelinePanel::refresh);
    refresh();
}

QToolButton* TimelinePanel::addButton(const QString& name, const QString& text, const QString& tip, const std::function<void()>& run) {
    auto* button = new QToolButton(bar_);
    button->setObjectName(name);
    button->setText(text);
    button->setToolTip(tip);
    button->setAutoRaise(true);
    connect(button, &QToolButton::clicked, this, [this, run] { attempt(run); });
    bar_->layout()->addWidget(button);
    return button;
}

void TimelinePanel::attempt(const std::function<void()>& edit) {
    try {
        edit();
    } catch (const Error& error) {
        Q_EMIT failed(QString::fromUtf8(error.what()));
    }
}

void TimelinePanel::setRecording(bool isRecording) {
    isRecording_ = isRecording;
    record_->setText(isRecording ? tr("■ Stop") : tr("● Record"));
    refresh();
}

void TimelinePanel::refresh() {
    const int person = editor_.person();
    const bool hasTake = editor_.hasTake() && !isRecording_, hasTrack = hasTake && editor_.take().find(person);
    const auto layer = editor_.state().keys.find(person);
    const bool hasKeys = hasTrack && layer != editor_.state().keys.end();
    for (QToolButton* button : {key_, split_, remove_}) button->setEnabled(hasTrack);
    removeKey_->setEnabled(hasKeys && layer->second.keys.contains(editor_.frame()));
    blend_->setEnabled(hasKeys);
    blend_->setCurrentIndex(hasKeys ? blend_->findData(static_cast<int>(layer->second.blend)) : 0);
    merge_->setEnabled(hasTrack && editor_.take().tracks.size() > 1);
    cut_->setEnabled(hasTrack && editor_.hasRange());
    trim_->setEnabled(hasTake && editor_.hasRange());
    for (QToolButton* button : {cleanUp_, export_}) button->setEnabled(hasTake);
    const QSignalBlocker quiet(frame_);
    frame_->setEnabled(hasTake);
    frame_->setRange(1, std::max(1, editor_.take().numFrames));
    frame_->setValue(editor_.frame() + 1);
    frame_->setSuffix(tr(" of %1").arg(editor_.take().numFrames));
    range_->setText(editor_.hasRange() ? tr("%1 – %2").arg(editor_.range().first + 1).arg(editor_.range().end) : QString());
}

void TimelinePanel::showMergeMenu() {
    auto* menu = new QMenu(this);
    menu->setObjectName("mergeMenu");
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const int person = editor_.person();
    for (const Track& track : editor_.take().tracks) {
        if (track.id == person) continue;
        QAction* action = menu->addAction(tr("with %1").arg(QString::fromStdString(track.name)));
        connect(action, &QAction::triggered, this, [this, person, other = track.id] { attempt([&] { editor_.merge(person, other); }); });
    }
    menu->popup(merge_->mapToGlobal(QPoint(0, merge_->height())));
}

}  // namespace hmr
