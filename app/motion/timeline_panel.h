// SPDX-License-Identifier: MIT
#pragma once
#include <QWidget>

#include "app/motion/take_editor.h"

class QComboBox;
class QLabel;
class QSpinBox;
class QToolButton;

namespace hmr {

class TrackView;

/// The timeline: tracks of the take, with what can be done to them.
class TimelinePanel : public QWidget {
    Q_OBJECT
public:
    explicit TimelinePanel(TakeEditor& editor, QWidget* parent = nullptr);
    void setRecording(bool isRecording);
    bool isRecording() const { return isRecording_; }

Q_SIGNALS:
    void recordWanted(bool starts);
    void cleanUpWanted();
    void exportWanted();
    void failed(const QString& message);

private:
    QToolButton* addButton(const QString& name, const QString& text, const QString& tip, const std::function<void()>& run);
    void refresh();
    void attempt(const std::function<void()>& edit);
    void showMergeMenu();

    TakeEditor& editor_;
    bool isRecording_ = false;
    TrackView* tracks_;
    QWidget* bar_;
    QToolButton *record_, *key_, *removeKey_, *split_, *merge_, *remove_, *cut_, *trim_, *cleanUp_, *export_;
    QComboBox* blend_;
    QSpinBox* frame_;
    QLabel* range_;
};

}  // namespace hmr
