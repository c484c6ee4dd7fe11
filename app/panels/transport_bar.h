// SPDX-License-Identifier: MIT
#pragma once
#include <QWidget>

#include "app/work/recovery_worker.h"

class QLabel;
class QSlider;
class QToolButton;

namespace hmr {

/// Play, pause, step and seek for videos; play and pause for cameras. Hidden for pictures.
class TransportBar : public QWidget {
    Q_OBJECT
public:
    explicit TransportBar(QWidget* parent = nullptr);

    void setSource(const SourceInfo& info);
    void clear();
    void showFrame(int index, double time);
    void setPlaying(bool isPlaying);
    bool isPlaying() const { return isPlaying_; }
    int frame() const { return frame_; }

Q_SIGNALS:
    void playWanted(bool isPlaying);
    void frameWanted(int index);

private:
    void step(int frames);

    SourceInfo info_;
    bool isPlaying_ = false;
    int frame_ = 0;
    QToolButton *previous_, *play_, *next_;
    QSlider* seek_;
    QLabel* time_;
};

}  // namespace hmr
